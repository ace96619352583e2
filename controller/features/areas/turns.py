"""Reads of turns: which loudspeakers speak one after the other; docs/decisions/137.

Groups are made in each commune by itself: a loudspeaker that is added there changes nothing elsewhere.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.model.area_tree import AreaTree
from controller.model.area_turns import AreaTurns
from controller.model.fleet import Node, NodePosition
from controller.store import once_a_snapshot
from devices.ids import AreaCode, Grade, NodeId
from schedules.turns import Pole, count_turns, groups

_MOST_KEPT = 256  # communes; a province has some 65
_COMMUNE_DEPTH = 2
"""Areas from a commune up to the top, both included."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turn of each loudspeaker of an airing, from 0 on, and how many there are in each area.

    `areas`: where loudspeakers stand and more than one turn is needed. `unplaced`: of unknown place.
    """

    nodes: Mapping[NodeId, int] = field(default_factory=dict)
    areas: Mapping[AreaCode, int] = field(default_factory=dict)
    unplaced: frozenset[NodeId] = frozenset()

    @property
    def count(self) -> int:
        """Return how many turns the airing takes."""
        return max(self.areas.values(), default=1)


_Poles = dict[AreaCode, list[tuple[AreaCode, Pole[NodeId]]]]
AT_ONCE = Turns()
"""All loudspeakers sound together."""


def turns_at(session: Session, targets: Collection[AreaCode], grade: Grade = Grade.ROUTINE) -> Turns:
    """Return the turns of an airing for these areas as they would be given now.

    What is more than routine sounds everywhere at one instant: a warning must not come minutes later.
    """
    return AT_ONCE if grade is not Grade.ROUTINE else _routine_turns_at(session, tuple(targets))


@once_a_snapshot
def _routine_turns_at(session: Session, targets: tuple[AreaCode, ...]) -> Turns:
    return turns_at_each(session, [targets])[targets]


def turns_at_each(
    session: Session, asked: Collection[tuple[AreaCode, ...]]
) -> dict[tuple[AreaCode, ...], Turns]:
    """Return the turns of routine airings for these areas; a query for all of them, however many."""
    most = most_turns(session)
    if not most:
        return dict.fromkeys(asked, AT_ONCE)
    tree = area_tree(session)
    meant = {targets: tree.below(targets) for targets in asked}
    every = frozenset[AreaCode]().union(*meant.values())
    speaks_in_turns = {area for area in every if turns_allowed(tree, most, area) > 1}
    communes = {
        targets: {_commune(tree, area) for area in below & speaks_in_turns}
        for targets, below in meant.items()
    }
    poles = _poles_in(session, tree, most, frozenset[AreaCode]().union(*communes.values()))
    return {targets: _turns_among(poles, communes[targets], below) for targets, below in meant.items()}


def _poles_in(
    session: Session, tree: AreaTree, most: Mapping[AreaCode, int], communes: Collection[AreaCode]
) -> _Poles:
    """Return the loudspeakers of each commune with their areas; one query, none where no commune is asked."""
    poles: _Poles = defaultdict(list)
    if not communes:
        return poles
    there = tree.below(communes)
    commune_of = {area: _commune(tree, area) for area in there}
    allowed = {area: turns_allowed(tree, most, area) for area in there}
    for node, area, latitude, longitude in session.execute(_nodes_in(), {"areas": list(there)}):
        place = None if latitude is None or longitude is None else (latitude, longitude)
        poles[commune_of[area]].append((area, Pole(node, place, allowed[area])))
    return poles


def _turns_among(poles: _Poles, communes: Collection[AreaCode], meant: Collection[AreaCode]) -> Turns:
    nodes: dict[NodeId, int] = {}
    areas: dict[AreaCode, int] = {}
    for commune in communes:
        here = _turns_in(poles[commune], meant)
        nodes |= here
        count = count_turns(here)
        areas |= {area: count for area, pole in poles[commune] if pole.node in here and count > 1}
    unplaced = frozenset(
        pole.node for commune in communes for _, pole in poles[commune] if pole.place is None
    )
    return Turns(nodes, areas, unplaced & nodes.keys()) if areas else AT_ONCE


def _turns_in(
    poles: Sequence[tuple[AreaCode, Pole[NodeId]]], meant: Collection[AreaCode]
) -> dict[NodeId, int]:
    """Return the turns of a commune's loudspeakers that are meant; a turn of others alone falls away."""
    turns = _groups(tuple(pole for _, pole in poles))
    here = {pole.node: turns[pole.node] for area, pole in poles if area in meant}
    used = sorted(set(here.values()))
    return {node: used.index(turn) for node, turn in here.items()}


@lru_cache(_MOST_KEPT)
def _groups(poles: tuple[Pole[NodeId], ...]) -> Mapping[NodeId, int]:
    """Return what `groups` returns, kept by what it was made of: 50 loudspeakers take a millisecond."""
    return groups(poles)


@cache
def _nodes_in() -> Select[NodeId, AreaCode, float | None, float | None]:
    """Return the query of the loudspeakers in use in areas with their places, in the order of enrolment."""
    return (
        select(Node.id, Node.area, NodePosition.latitude, NodePosition.longitude)
        .outerjoin(NodePosition, NodePosition.node == Node.id)
        .where(
            Node.area.in_(bindparam("areas", expanding=True)),
            Node.retired_at.is_(None),
            Node.quarantined_at.is_(None),
        )
        .order_by(Node.enrolled_at, Node.id)
    )


def _commune(tree: AreaTree, area: AreaCode) -> AreaCode:
    """Return the commune that an area is or lies in; of the province itself, the province."""
    return tree.lineage(area)[-_COMMUNE_DEPTH:][0]


@once_a_snapshot
def most_turns(session: Session) -> dict[AreaCode, int]:
    """Return how many turns there may be in the areas that say so themselves."""
    return {area: most for area, most in session.execute(select(AreaTurns.area, AreaTurns.most))}  # noqa: C416 - typed


def turns_allowed(tree: AreaTree, most: Mapping[AreaCode, int], area: AreaCode) -> int:
    """Return how many turns there may be in an area: as it says, or the nearest above it; else 1. Pure."""
    return next((most[above] for above in tree.lineage(area) if above in most), 1)
