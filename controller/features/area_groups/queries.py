"""Reads of named groups of communes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.area_groups.schemas import AreaGroupShown
from controller.features.areas.queries import area_tree, top_area
from controller.model.area_groups import AreaGroup
from controller.store import one_read
from devices.ids import AreaCode


@one_read
def area_groups(session: Session) -> Sequence[AreaGroupShown]:
    """Return all groups by name, each with its areas that are there."""
    tree = area_tree(session)
    return [
        AreaGroupShown.of(row, areas=[area for area in row.areas if area in tree])
        for row in session.scalars(select(AreaGroup).order_by(AreaGroup.name))
    ]


@one_read
def groups_to_choose(session: Session, scope: Scope) -> Sequence[AreaGroupShown]:
    """Return the groups with those of their areas in which the person may plan; empty ones are left out."""
    shown = (one.model_copy(update={"areas": _seen(one, scope)}) for one in area_groups(session))
    return [one for one in shown if one.areas]


def _seen(group: AreaGroupShown, scope: Scope) -> list[str]:
    return [area for area in group.areas if area in scope.seen]


@one_read
def province_of(session: Session) -> AreaCode:
    """Return the area that keeps the groups."""
    return top_area(session).code


def area_group_named(session: Session, name: str) -> AreaGroup:
    """Return the group, locked, or raise NotFound."""
    row = session.scalars(select(AreaGroup).where(AreaGroup.name == name).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"Không có nhóm «{name}».", code="area-group.unknown")
    return row
