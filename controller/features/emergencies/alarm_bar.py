"""The emergency bar of every page: what sounds now, and what waits for a second person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.airings.queries import targets_of
from controller.http.named import Named
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Emergency
from controller.model.emergency_states import CALL_LIFE, EmergencyState, Kind
from devices.ids import AreaCode

_MOST = 5
"""Lines of the bar; who wants more opens the page Phát khẩn."""
RUNNING_WORDS = Named(
    {Kind.ALARM: "Đang phát khẩn", Kind.ALL_CLEAR: "Đang báo yên", Kind.TEST: "Đang thử loa"}, str
)
"""What sounds, in words."""


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One line of the bar."""

    id: str
    kind: Kind
    title: str
    where: str
    areas: tuple[AreaCode, ...]
    """Where it sounds or shall sound now: what was stopped in a part is told there no more."""
    is_running: bool
    words: str


# of every page: to build it anew costs more than the database takes to answer it
_WAITS = and_(Emergency.state == EmergencyState.CALLED, Emergency.called_at > bindparam("lapsed"))
_CALLED = (
    select(Emergency, Bulletin.title, Airing.state)
    .join(Bulletin, Bulletin.id == Emergency.bulletin)
    .outerjoin(Airing, Airing.id == Emergency.airing)
    .where(or_(_WAITS, Airing.state.in_(IN_PLANS)))
    .order_by(Emergency.called_at.desc(), Emergency.id)
)


def alarm_lines(session: Session, scope: Scope, now: datetime) -> tuple[AlarmLine, ...]:
    """Return what sounds or waits in the person's view, the newest first."""
    rows = list(session.execute(_CALLED, {"lapsed": now - CALL_LIFE}))
    called = [row.airing for row, _, _ in rows if row.airing is not None]
    targets = targets_of(session, called) if called else {}
    lines = []
    for row, title, state in rows:
        areas = (targets.get(row.airing) if row.airing is not None else None) or tuple(row.areas)
        if scope.hears.isdisjoint(areas):
            continue
        is_running = state is not None and state in IN_PLANS
        words = RUNNING_WORDS[row.kind] if is_running else "Chờ người thứ hai xác nhận"
        lines.append(AlarmLine(row.id, row.kind, title, scope.where(areas), areas, is_running, words))
    return tuple(lines[:_MOST])
