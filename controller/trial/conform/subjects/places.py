"""Places: whose send a node elsewhere, and what it follows from then on."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.trial.conform.areas import AREAS, ATTACK, ELSEWHERE, FAR, MAIN, MOVED, PROBE, PROVINCE
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.sounds import begin_long, last, long_tone
from devices.enrolment import Place
from devices.ids import NodeId

_THERE = (PROVINCE, MAIN, PROBE, FAR, MOVED)
"""Without ATTACK: the node has left it."""


@dataclass(frozen=True, slots=True)
class PlaceAttack:
    """A place that must be ignored."""

    check: Check
    signer: str = "administrator"
    change: Callable[[Place], Place] = lambda place: place


def _with(**changes: object) -> Callable[[Place], Place]:
    return lambda place: place.model_copy(update=changes)


_ATTACKS = (
    PlaceAttack(Check("PLC-01", "A place that the station's key signed is ignored."), "station"),
    PlaceAttack(
        Check("PLC-02", "A place by an administrator who does not rule where it sends the node is ignored."),
        "ward administrator",
    ),
    PlaceAttack(
        Check("PLC-03", "A place by an administrator who does not rule where the node stands is ignored."),
        "distant administrator",
    ),
    PlaceAttack(
        Check("PLC-04", "A place whose first area is another is ignored."),
        change=_with(areas=(ELSEWHERE, *_THERE)),
    ),
    PlaceAttack(
        Check("PLC-05", "A place of another node is ignored."), change=_with(node=NodeId("kit-another"))
    ),
)
_FAR = Check("PLC-06", "A place whose version is more than a day ahead is not accepted.")
_FOLLOWS = Check("PLC-07", "A good place: the node follows the plans of its new areas.")
_LEAVES = Check("PLC-08", "The plans of areas that it has left end.")
_OLDER = Check("PLC-09", "A place of an older version than the one held is ignored.")
_BACK = Check("PLC-10", "Back in an area, the node takes the documents that it finds there.")


def _play(lab: Laboratory) -> None:
    lab.provide(long_tone())
    lab.station.send_place(lab.station.place())
    for attack in _ATTACKS:
        place = attack.change(lab.station.place(areas=_THERE))
        lab.station.send_place(place, attack.signer)
        if not lab.judge(attack.check.id, not _answers_at_moved(lab, 2.0), "the node went there"):
            lab.station.send_place(lab.station.place())
            lab.must(lambda: not _answers_at_moved(lab, 1.5), "the node comes back")
    sounding = begin_long(lab, "left", target=ATTACK)
    older = lab.station.place()
    lab.station.send_place(lab.station.place(areas=_THERE))
    lab.judge(_FOLLOWS.id, _answers_at_moved(lab, 6.0), "no answer to a plan of the new area")
    if lab.expect(_LEAVES.id, lab.seen.has(sounding.airing, "stopped"), "an airing there stops"):
        reason = last(lab, sounding, "stopped").receipt.reason
        lab.judge(_LEAVES.id, reason == "withdrawn", f"`stopped` with the reason {reason}")
    lab.station.send_place(older)
    lab.judge(_OLDER.id, _answers_at_moved(lab, 6.0), "it does not follow the new area any more")
    name = lab.name("back")
    lab.station.publish_plan(ATTACK, [lab.station.refused_airing(name)])
    lab.station.send_place(lab.station.place())
    lab.expect(_BACK.id, lambda: lab.seen.of(name), "the answer to the plan that waits there")
    far = lab.station.place(areas=(*AREAS, MOVED))  # a node that takes it obeys no other afterwards
    lab.station.send_place(far.model_copy(update={"version": far.version + 2 * 86_400_000}))
    lab.judge(_FAR.id, not _answers_at_moved(lab, 2.0), "the node went there")
    lab.station.send_place(lab.station.place())


def _answers_at_moved(lab: Laboratory, seconds: float) -> bool:
    name = lab.name("moved")
    lab.station.publish_plan(MOVED, [lab.station.refused_airing(name)])
    return lab.wait(lambda: lab.seen.of(name), seconds)


GROUP = CheckGroup(
    "places", (*(attack.check for attack in _ATTACKS), _FOLLOWS, _LEAVES, _OLDER, _BACK, _FAR), _play
)
