"""Reads of which areas speak in turns, and of the turns there."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import names_of_operators
from controller.features.areas.queries import area_tree, get_area
from controller.features.areas.turns import turns_at, turns_at_each
from controller.features.turns.schemas import AreaTurnsShown, TurnShown
from controller.model.area_turns import AreaTurns
from controller.model.fleet import Node
from controller.store import one_read
from devices.ids import AreaCode


@one_read
def areas_in_turns(session: Session, areas: Collection[AreaCode]) -> list[AreaTurnsShown]:
    """Return what these areas have of their own; a few queries, however many have."""
    names, tree = names_of_operators(session), area_tree(session)
    rows = session.scalars(select(AreaTurns).where(AreaTurns.area.in_(areas)).order_by(AreaTurns.area)).all()
    in_use = Node.retired_at.is_(None) & Node.quarantined_at.is_(None)
    query = select(Node.area, func.count()).where(in_use).group_by(Node.area)
    counts = {area: int(count) for area, count in session.execute(query)}
    turns, shown = turns_at_each(session, [(row.area,) for row in rows]), []
    for row in rows:
        found = turns[row.area,]
        nodes = sum(counts.get(area, 0) for area in tree.below([row.area]))
        told = {"turns": found.count, "loudspeakers": nodes, "unplaced": len(found.unplaced)}
        shown.append(AreaTurnsShown.of(row, set_by=names[row.set_by], **told))
    return shown


@one_read
def turns_shown(session: Session, area: str) -> list[TurnShown]:
    """Return the turn of each loudspeaker of an area, in order; empty where all sound at once."""
    found = turns_at(session, [get_area(session, AreaCode(area)).code])
    return [
        TurnShown(node=node, turn=turn + 1, placed=node not in found.unplaced)
        for node, turn in sorted(found.nodes.items(), key=lambda one: (one[1], one[0]))
    ]
