"""What several administrators must sign: policies, and places that take an area; the key set asks for two."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.trial.conform.areas import AREAS, ATTACK, MAIN, MOVED, PROBE
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import by_all
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.sounds import begin_long, long_tone, stops
from controller.trial.conform.subjects.policies import ALL_DAY, SILENT_S
from devices import topics
from devices.enrolment import Place
from devices.messages import PlannedAiring

TWO = ("administrator", "second administrator")
_AWAY = tuple(area for area in AREAS if area != ATTACK)


def _flipped(payload: bytes) -> bytes:
    """Change the second signature."""
    text = payload.decode()
    at = text.rindex('"signature":"') + len('"signature":"')
    return (text[:at] + text[at : at + 40].swapcase() + text[at + 40 :]).encode()


@dataclass(frozen=True, slots=True)
class PolicyBy:
    """A policy that silences all day, by signers who are too few."""

    check: Check
    signers: tuple[str, ...]
    spoil: Callable[[bytes], bytes] = lambda payload: payload


_FEW = (
    PolicyBy(Check("ADM-01", "A policy by one administrator is ignored where two must sign."), TWO[:1]),
    PolicyBy(
        Check("ADM-02", "Two keys of one administrator are one person."),
        ("administrator", "administrator's other"),
    ),
    PolicyBy(
        Check("ADM-03", "A key that does not sign for the policy's area is no second administrator."),
        ("administrator", "ward administrator"),
    ),
    PolicyBy(Check("ADM-04", "One bad signature voids the whole policy."), TWO, _flipped),
)
_BY_TWO = Check("ADM-05", "A policy by two administrators binds.")
_LIFTS = Check("ADM-06", "One administrator does not lift what two have laid down.")
_TAKES = Check("ADM-07", "A place by one administrator that takes an area from the node is ignored.")
_ADDS = Check("ADM-08", "One administrator may sign a place that leaves the node all of its areas.")


def _play(lab: Laboratory) -> None:
    lab.provide(long_tone())
    lab.station.publish_keys(administrators=2)
    airing = begin_long(lab, "ruled")
    for few in _FEW:
        _silence_by_few(lab, airing, few)
    _send_policy(lab, TWO, quiet_hours=ALL_DAY)
    lab.judge(_BY_TWO.id, stops(lab, airing) is not None, "it goes on to sound")
    begun = len(lab.seen.of(airing.airing, "started"))
    _send_policy(lab, TWO[:1])
    again = lab.wait(lab.seen.has(airing.airing, "started", begun + 1), SILENT_S)
    lab.judge(_LIFTS.id, not again, "it sounds again")
    _lift(lab, airing, begun)
    _places(lab)


def _silence_by_few(lab: Laboratory, airing: PlannedAiring, few: PolicyBy) -> None:
    before, begun = (len(lab.seen.of(airing.airing, kind)) for kind in ("stopped", "started"))
    _send_policy(lab, few.signers, few.spoil, quiet_hours=ALL_DAY)
    stopped = lab.wait(lab.seen.has(airing.airing, "stopped", before + 1), SILENT_S)
    if not lab.judge(few.check.id, not stopped, "the node fell silent by it"):
        _lift(lab, airing, begun)


def _lift(lab: Laboratory, airing: PlannedAiring, begun: int) -> None:
    _send_policy(lab, TWO)
    again = lab.seen.has(airing.airing, "started", begun + 1)
    lab.must(again, "it sounds under a newer policy by two administrators")


def _send_policy(
    lab: Laboratory,
    signers: tuple[str, ...],
    spoil: Callable[[bytes], bytes] = lambda payload: payload,
    **limits: object,
) -> None:
    policy = lab.station.policy(MAIN, **limits)
    lab.bench.send(topics.policy(MAIN), spoil(by_all(*signers)(lab.station, policy)), 1, False)


def _places(lab: Laboratory) -> None:
    _send_place(lab, lab.station.place(areas=_AWAY), TWO[:1])
    stays = _answers_at(lab, ATTACK)
    lab.judge(_TAKES.id, stays, "the node left")
    if not stays:
        _send_place(lab, lab.station.place(), TWO)
    _send_place(lab, lab.station.place(areas=(*AREAS, MOVED)), TWO[:1])
    lab.judge(_ADDS.id, _answers_at(lab, MOVED), "the node does not follow the plans there")
    _send_place(lab, lab.station.place(), TWO)
    lab.must(lambda: _answers_at(lab, PROBE), "the node answers where it stood before")


def _send_place(lab: Laboratory, place: Place, signers: tuple[str, ...]) -> None:
    payload = by_all(*signers)(lab.station, place)
    lab.bench.send(topics.place(lab.station.node), payload, 1, True)
    lab.pause(1.0)


def _answers_at(lab: Laboratory, area: str) -> bool:
    name = lab.name("there")
    lab.station.publish_plan(area, [lab.station.refused_airing(name)])
    return lab.wait(lambda: lab.seen.of(name))


GROUP = CheckGroup("administrators", (*(few.check for few in _FEW), _BY_TWO, _LIFTS, _TAKES, _ADDS), _play)
