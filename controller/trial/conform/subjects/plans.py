"""Which plans a node takes: target, version, shape."""

from controller.trial.conform.areas import ATTACK, FAR, MAIN
from controller.trial.conform.attacks import PlanAttack, play_plan_attacks
from controller.trial.conform.checks import Check
from controller.trial.conform.forging import properly, saying
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from devices import topics

_AHEAD_MS = 2 * 86_400_000
_ATTACKS = (
    PlanAttack(
        Check("PLN-01", "A plan whose target is not the topic's last level is ignored."),
        saying(target=MAIN),
    ),
    PlanAttack(
        Check("PLN-02", "A plan without a field that has no default is ignored."), saying(issued_at=None)
    ),
    PlanAttack(
        Check("PLN-03", "A number that is written as text has the wrong type."),
        saying(loudest_volume="50"),
    ),
    PlanAttack(
        Check("PLN-04", "A field out of its range makes the message malformed."), saying(loudest_volume=101)
    ),
    PlanAttack(
        Check("PLN-05", "A version more than a day ahead of the node's time is not accepted."),
        properly,
        change=lambda plan: plan.model_copy(update={"version": plan.version + _AHEAD_MS}),
        target=FAR,
    ),
)
_OLDER = Check("PLN-06", "A plan of an older version than the one held is ignored.")
_EQUAL = Check("PLN-07", "A plan of the same version as the one held is ignored.")
_UNKNOWN = Check("PLN-08", "A field that the node does not know is ignored, and the message is taken.")
_TWICE = Check("PLN-09", "A message that comes twice changes nothing the second time.")
_EMPTY = Check("PLN-10", "An empty retained payload in place of a plan is ignored.")


def _play(lab: Laboratory) -> None:
    play_plan_attacks(lab, _ATTACKS)
    _versions(lab)
    _unknown_field_and_twice(lab)


def _versions(lab: Laboratory) -> None:
    """Send the plan before again, under a new name, after a newer one was taken."""
    older, equal, held = lab.name("older"), lab.name("equal"), lab.name("held")
    before = lab.station.plan(ATTACK, [lab.station.refused_airing(older)])
    plan = lab.station.publish_plan(ATTACK, [lab.station.refused_airing(held)])
    lab.must(lambda: lab.seen.of(held), "the answer to a good plan")
    same = lab.station.plan(ATTACK, [lab.station.refused_airing(equal)], version=plan.version)
    for forged in (before, same):
        lab.bench.send(topics.plan(ATTACK), properly(lab.station, forged), 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    lab.judge(_OLDER.id, not lab.seen.of(older), "the node took the plan and answered it")
    lab.judge(_EQUAL.id, not lab.seen.of(equal), "the node took the plan and answered it")


def _unknown_field_and_twice(lab: Laboratory) -> None:
    name = lab.name("unknown-field")
    plan = lab.station.plan(ATTACK, [lab.station.refused_airing(name)])
    payload = saying(field_of_a_later_release={"a": [1]})(lab.station, plan)
    lab.bench.send(topics.plan(ATTACK), payload, 1, False)
    lab.expect(_UNKNOWN.id, lambda: lab.seen.of(name), "the answer to a plan with an unknown field")
    lab.bench.send(topics.plan(ATTACK), payload, 1, False)
    lab.bench.send(topics.plan(ATTACK), b"", 1, False)
    lab.must(lab.probe, "the answer to a probe")
    lab.pause(1.5)
    lab.judge(_TWICE.id, len(lab.seen.of(name)) == 1, "the node answered it twice")
    again = lab.station.plan(ATTACK, [lab.station.refused_airing(lab.name("after-empty"))])
    older = again.model_copy(update={"version": plan.version - 1})
    lab.bench.send(topics.plan(ATTACK), properly(lab.station, older), 1, False)
    lab.pause(2.5)
    why = "after it the node took a plan of a version below the one that it held"
    lab.judge(_EMPTY.id, not lab.seen.of(older.airings[0].airing), why)


GROUP = CheckGroup(
    "plans", (*(attack.check for attack in _ATTACKS), _OLDER, _EQUAL, _UNKNOWN, _TWICE, _EMPTY), _play
)
