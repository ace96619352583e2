"""Writes that end called airings: by anybody who may stop there, at once and without confirmation."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.queries import require
from controller.features.airings.called_airings import silence_in
from controller.features.emergencies.queries import get_emergency, running_in
from controller.features.emergencies.told_followers import tell_ended
from controller.features.journal.service import record
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.emergencies import Emergency
from controller.model.emergency_states import (
    REPLACED,
    EmergencyEvent,
    EmergencyId,
    EmergencyState,
    Kind,
    after,
)
from controller.model.permissions import Act, Operator
from devices.ids import AreaCode

STOPPED = "Đã dừng theo yêu cầu."


def stop_in(
    session: Session, areas: Collection[AreaCode], *, by: Operator, now: datetime, reason: str = ""
) -> tuple[list[Emergency], frozenset[AreaCode]]:
    """End everything that was called and sounds in areas, only there; by anybody who may stop there.

    Returns what was ended, wholly or in part, and the areas whose plans change.
    """
    require(session, by, Act.STOP, *areas)
    running = running_in(session, areas, lock=True)
    if not running:
        raise Conflict(
            "Không có gì khẩn cấp đang phát ở đây; có thể đã dừng rồi.", code="emergency.none-running"
        )
    changed = _end(session, running, areas, reason.strip() or STOPPED, by=by, now=now)
    return [row for row, _ in running], changed


def stop_emergency(
    session: Session,
    emergency: EmergencyId,
    *,
    by: Operator,
    now: datetime,
    reason: str = "",
    only: Collection[AreaCode] = (),
) -> frozenset[AreaCode]:
    """End one emergency (or all-clear, or test), everywhere or in some areas only.

    Returns the areas whose plans change.
    """
    row = get_emergency(session, emergency, lock=True)
    areas = only or row.areas
    require(session, by, Act.STOP, *areas)
    running = [(one, airing) for one, airing in running_in(session, areas, lock=True) if one.id == row.id]
    if not running:
        raise Conflict("Lượt này không còn phát nữa; có thể đã dừng hoặc đã hết giờ.", code="emergency.over")
    return _end(session, running, areas, reason.strip() or STOPPED, by=by, now=now)


def give_way(session: Session, started: Emergency, *, by: Operator, now: datetime) -> frozenset[AreaCode]:
    """End what was called before and sounds where an alarm or an all-clear starts, only there.

    The caller has checked the permission. Returns the areas whose plans change. Pages tell what ended by what
    started at the same time by the same person: `now` and `by` are those of the start.
    """
    running, why = running_in(session, started.areas, lock=True), REPLACED[started.kind]
    return _end(session, running, started.areas, why, by=by, now=now, is_replaced=True)


def _end(
    session: Session,
    running: list[tuple[Emergency, Airing]],
    areas: Collection[AreaCode],
    reason: str,
    *,
    by: Operator,
    now: datetime,
    is_replaced: bool = False,
) -> frozenset[AreaCode]:
    changed: set[AreaCode] = set()
    for row, airing in running:
        changed |= set(silence_in(session, airing, areas, reason=reason, now=now))
        is_whole = airing.state not in IN_PLANS
        if is_whole and row.state is EmergencyState.STARTED:
            row.state = after(row.state, EmergencyEvent.END)
            row.ended_by, row.ended_at, row.end_reason = by.id, now, reason
    session.flush()
    for row, airing in running:
        act = "stopped" if airing.state not in IN_PLANS else "stopped-in-part"
        detail = {"airing": airing.id, "areas": sorted(areas), "reason": reason}
        record(session, by, f"{_named(row)}.{act}", row.id, now, detail=detail)
        only = areas if airing.state in IN_PLANS else None
        tell_ended(session, row, only, is_replaced=is_replaced, now=now)
    return frozenset(changed)


def _named(row: Emergency) -> str:
    return "emergency-test" if row.kind is Kind.TEST else "emergency"
