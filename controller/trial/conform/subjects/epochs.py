"""Epochs: a station that led before must lose at the node, whatever it signs with the same key."""

from controller.trial.conform.areas import ATTACK
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import properly
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory, micros
from controller.trial.conform.subjects.clock import judge_lie
from devices import topics
from devices.jose import SigningKey

_LOWER = Check("EPO-01", "A plan of an epoch below the highest that the node has seen is refused.")
_REPLY = Check("EPO-02", "A clock reply of a lower epoch is ignored.")
_FAR = Check("EPO-03", "An epoch more than a day ahead of the node's time is refused.")
_HIGHER = Check("EPO-04", "A plan of a higher epoch replaces one of a lower, whatever their versions.")
_DAY_MS = 86_400_000


def _play(lab: Laboratory) -> None:
    now_ms = micros(lab.now()) // 1000
    lab.station.epoch = now_ms
    lab.must(lab.probe, "the answer to a probe of a higher epoch")
    lab.judge(_LOWER.id, not _answers(lab, now_ms - 1), "the node answered it")
    leaving = lab.station.key("leaving station")  # with the key, a node forgets the epoch that it signed
    far = _answers(lab, now_ms + 2 * _DAY_MS, leaving)
    lab.judge(_FAR.id, not far, "the node answered it")
    lab.station.without.add("leaving station")
    lab.station.publish_keys()
    lab.must(lab.probe, "the answer to a probe")
    held = lab.station.plan(ATTACK)
    ahead = held.model_copy(update={"version": held.version + _DAY_MS // 4})
    lab.bench.send(topics.plan(ATTACK), properly(lab.station, ahead), 1, False)
    lab.pause(0.5)
    lab.station.epoch = now_ms + 1
    lab.judge(_HIGHER.id, _answers(lab, now_ms + 1), "the node did not answer it")
    lab.station.epoch = now_ms + 2
    lab.must(lab.probe, "the answer to a probe of a higher epoch")
    judge_lie(lab, _REPLY, lambda reply: properly(lab.station, reply.model_copy(update={"epoch": now_ms})))


def _answers(lab: Laboratory, epoch: int, key: SigningKey | None = None) -> bool:
    """Return whether the node answers a plan of this epoch, which is not retained."""
    name = lab.name("epoch")
    plan = lab.station.plan(ATTACK, [lab.station.refused_airing(name)], epoch=epoch)
    payload = lab.station.signed(plan, key or lab.station.key("station"))
    lab.bench.send(topics.plan(ATTACK), payload, 1, False)
    return lab.wait(lambda: lab.seen.of(name), 2.5)


GROUP = CheckGroup("epochs", (_LOWER, _REPLY, _FAR, _HIGHER), _play)
