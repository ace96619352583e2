"""A list of where loudspeakers stand: what each line would do, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from controller.errors import LoaError
from controller.features.maps.position_files import ListedPlace, places_listed
from controller.features.maps.positions import (
    PositionChecks,
    degrees_in_words,
    place_nodes,
    positions_of,
)
from controller.model.fleet import PositionSource
from controller.model.permissions import Operator
from controller.model.spreadsheets import check_wrong_lines
from controller.store import one_read, one_write
from controller.store.locks import Lock, hold
from devices.ids import NodeId


class PlaceState(StrEnum):
    """What a line would do."""

    NEW = "new"
    """The loudspeaker had no place."""
    MOVED = "moved"
    SAME = "same"
    """It stands there already: nothing happens."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """One line, and what it would do."""

    listed: ListedPlace
    state: PlaceState
    name: str = ""
    """Of the loudspeaker."""
    was: str = ""
    """Where it stands by now, in degrees; empty: not known."""

    @property
    def to(self) -> str:
        """Where the list has it, in degrees."""
        return degrees_in_words(self.listed.placed)


@one_read
def check_places(session: Session, listed: Sequence[ListedPlace], *, by: Operator) -> list[CheckedPlace]:
    """Return what each line of a list would do."""
    checks = PositionChecks(session, {NodeId(one.node) for one in listed}, by)
    known = positions_of(session, checks.nodes)
    found = []
    for one in listed:
        try:
            node = None if one.placed is None else checks.check(one.placed)
        except LoaError as error:
            node, one = None, replace(one, fault=error.sentence)  # noqa: PLW2901
        if node is None:
            found.append(CheckedPlace(one, PlaceState.WRONG))
            continue
        was = degrees_in_words(known.get(node.id))
        state = PlaceState.MOVED if was else PlaceState.NEW
        if was == degrees_in_words(one.placed):
            state = PlaceState.SAME
        found.append(CheckedPlace(one, state, node.name, was))
    return found


@one_write
def place_listed(
    session: Session, text: str, *, by: Operator, now: datetime, only_good: bool = False
) -> list[CheckedPlace]:
    """Set the places of a list, all or none; the same list again changes nothing.

    `only_good`: leave out lines that are wrong; without it one of them refuses the list.
    """
    hold(session, Lock.NODES)  # of two who bring the same list, the second finds it done
    found = check_places(session, places_listed(text), by=by)
    wrong = [(one.listed.line, one.listed.fault) for one in found if one.state is PlaceState.WRONG]
    check_wrong_lines(wrong, len(found), only_good=only_good)
    new = [one.listed.placed for one in found if one.state in {PlaceState.NEW, PlaceState.MOVED}]
    if placed := [one for one in new if one is not None]:
        place_nodes(session, placed, source=PositionSource.FILE, by=by, now=now)
    return found
