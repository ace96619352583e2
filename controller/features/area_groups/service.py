"""Writes of named groups of communes; what was planned for a group stays as it was planned."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.area_groups.queries import area_group_named
from controller.features.areas.queries import area_tree, top_area
from controller.features.journal.service import record
from controller.model.area_groups import LONGEST_GROUP_NAME, AreaGroup
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.plain_text import one_line
from controller.store import one_write
from devices.ids import AreaCode


@one_write
def set_area_group(
    session: Session, name: str, areas: Collection[str], *, by: Operator, now: datetime
) -> AreaGroup:
    """Give a group its areas; the same name again replaces them."""
    require(session, by, Act.RULE, top_area(session).code)
    name = one_line(name)
    if not name or len(name) > LONGEST_GROUP_NAME:
        raise BadInput(f"Hãy ghi tên nhóm, không quá {LONGEST_GROUP_NAME} ký tự.", code="area-group.name")
    tree = area_tree(session)
    chosen = sorted({AreaCode(area) for area in areas})
    unknown = [area for area in chosen if area not in tree]
    if not chosen or unknown:
        sentence = f"Không có địa bàn mã {unknown[0]}." if unknown else "Hãy chọn ít nhất một xã, phường."
        raise BadInput(sentence, code="area-group.areas")
    row = session.scalars(select(AreaGroup).where(AreaGroup.name == name).with_for_update()).one_or_none()
    if row is None:
        row = AreaGroup(id=new_id(now), name=name)
        session.add(row)
    row.areas, row.set_by, row.set_at = chosen, by.id, now
    session.flush()
    record(session, by, "area_group.set", row.id, now, detail={"name": name, "areas": chosen})
    return row


@one_write
def remove_area_group(session: Session, name: str, *, by: Operator, now: datetime) -> None:
    """Forget a group; schedules that were made with it keep their areas."""
    require(session, by, Act.RULE, top_area(session).code)
    row = area_group_named(session, name)
    session.delete(row)
    record(session, by, "area_group.removed", row.id, now, detail={"name": name})
