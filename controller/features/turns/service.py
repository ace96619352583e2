"""Writes of which areas speak in turns; what starts soon stays as loudspeakers have it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.airings.reopening import reopen_airings
from controller.features.areas.queries import area_tree, get_area
from controller.features.journal.service import record
from controller.features.turns.schemas import AreaTurnsAsked
from controller.model.airings import Airing, Target
from controller.model.area_turns import AreaTurns
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import AreaCode, Grade
from schedules.turns import MOST

MAY_SET = Act.TEACH
"""Who keeps how an area's bulletins are spoken says this too."""


@one_write
def set_area_turns(session: Session, asked: AreaTurnsAsked, *, by: Operator, now: datetime) -> AreaTurns:
    """Say how many turns routine airings may take in an area and below it; 1: all at once.

    What is in the plans and starts hours later is decided anew. Raises NotFound, NotAllowed, BadInput.
    """
    area = get_area(session, AreaCode(asked.area)).code
    require(session, by, MAY_SET, area)
    if not 1 <= asked.most <= MOST:
        raise BadInput(f"Số lượt phải từ 1 đến {MOST}.", code="turns.bad-count")
    row = session.get(AreaTurns, area, with_for_update=True)
    if row is None:
        row = AreaTurns(area=area)
        session.add(row)
    row.most, row.set_by, row.set_at = asked.most, by.id, now
    session.flush()
    _decide_anew(session, area, now)
    record(session, by, "turns.set", area, now, detail={"area": area, "most": row.most})
    return row


@one_write
def remove_area_turns(session: Session, area: str, *, by: Operator, now: datetime) -> None:
    """Have an area speak as those above it again; raises NotFound where it has nothing of its own."""
    code = get_area(session, AreaCode(area)).code
    require(session, by, MAY_SET, code)
    row = session.get(AreaTurns, code, with_for_update=True)
    if row is None:
        raise NotFound("Địa bàn này không đặt riêng số lượt.", code="turns.none-set")
    session.delete(row)
    session.flush()
    _decide_anew(session, code, now)
    record(session, by, "turns.removed", code, now, detail={"area": code})


def _decide_anew(session: Session, area: AreaCode, now: datetime) -> None:
    meant = area_tree(session).around([area])
    here = Airing.id.in_(select(Target.airing).where(Target.area.in_(meant), Target.starts_at > now))
    # a test and chosen nodes have no turns; what is more than routine neither
    is_meant = (Airing.grade == Grade.ROUTINE) & Airing.node.is_(None) & ~Airing.only_chosen
    reopen_airings(session, here & is_meant, now)
