"""Calendar of the page Lịch phát: the airings of each day of a week, made or still to be made."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.viewer import Viewer
from controller.features.airings.consent import standings
from controller.features.airings.queries import targets_of
from controller.features.airings.views import AIRING_SIGNS, APPROVAL_OVER, AWAITS_YES
from controller.features.bulletins.in_force import approved_until
from controller.features.bulletins.page_queries import titles_of
from controller.features.bulletins.signs import BULLETIN_SIGNS
from controller.features.schedules.calendar_conflicts import OpenAiring, clashes, open_airings, spans_of
from controller.features.schedules.occurrence_making import AHEAD
from controller.features.schedules.queries import (
    occurrences_to_come,
    own_days,
    targets_of_schedules,
)
from controller.http.signs import Sign, StatusTone
from controller.model.airing_states import MOVABLE, AiringState
from controller.model.airings import Airing, Target
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from controller.model.schedule_states import ScheduleId
from controller.model.schedules import Occurrence
from devices.ids import AiringId, AreaCode, Grade
from schedules.lunar import lunar_day
from schedules.skips import OwnDays, day_off

WEEK = timedelta(days=7)
SHOWN_A_DAY = 12
"""Cards of a day in the week; a day with more has a page of its own."""
_MOST = 2000
"""Airings of a week that are looked through; a province of 65 communes has some 900."""
TO_COME = Sign("Dự kiến", "circle-dashed", StatusTone.CALM)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One card: an airing, or an occurrence without an airing yet, identified by `original_at`.

    `moves_by`: the address of the form that moves it; empty if it cannot be moved.
    """

    starts_at: datetime
    title: str
    where: str
    sign: Sign
    grade: Grade
    href: str
    moves_by: str = ""
    original_at: datetime | None = None
    repeats: bool = False
    gone: bool = False
    airing: AiringId | None = None
    meets: bool = False
    """Whether another airing of the same days would sound at the same time in the same place."""


@dataclass(frozen=True, slots=True)
class CalendarMeeting:
    """Two cards that conflict: `first` is played, `yields` is not."""

    first: CalendarEntry
    yields: CalendarEntry


@dataclass(slots=True)
class CalendarDay:
    """A day with its airings; `off`: the reason for a day off; `more`: number of cards left out at its end.

    `next_at`: when the first of these starts; None if its minute is the one that was asked for.
    """

    day: date
    is_today: bool
    lunar: str
    off: str | None
    entries: list[CalendarEntry] = field(default_factory=list)
    more: int = 0
    next_at: datetime | None = None
    meetings: list[CalendarMeeting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    at: datetime
    title: str
    schedule: ScheduleId | None
    airing: AiringId | None
    original_at: datetime | None
    state: AiringState | None
    bulletin_state: BulletinState | None
    grade: Grade
    approved_until: datetime | None = None


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def days_shown(
    session: Session,
    viewer: Viewer,
    first: date,
    now: datetime,
    *,
    days: int = 7,
    commune: str = "",
    shown_a_day: int = SHOWN_A_DAY,
    begin: time = time(),
) -> list[CalendarDay]:
    """Return days with their cards from a given day on, in order; a constant number of queries.

    `begin`: what starts before it on the first day is left out.
    """
    own, today = own_days(session), now.astimezone(ZONE).date()
    wanted = [first + timedelta(days=number) for number in range(days)]
    since, until = datetime.combine(first, begin, ZONE), _midnight(first + timedelta(days=days))
    heard = _heard(viewer, commune)
    to_come = _by_day(_to_come(session, heard, own, max(since, now + AHEAD), until))
    airings = _Airings(session, viewer, heard, since, until)
    read = _by_day(airings.first_of_each_day(shown_a_day))
    drawn, starts = {}, {}
    for day in wanted:
        ones = [*read.get(day, ()), *to_come.get(day, ())]
        drawn[day] = sorted(ones, key=lambda one: (one.at, one.title))[:shown_a_day]
        starts[day] = sorted([*airings.starts.get(day, ()), *(one.at for one in to_come.get(day, ()))])
    entries, meetings = _entries(session, viewer, [one for ones in drawn.values() for one in ones], now)
    shown = []
    for day in wanted:
        one_day = CalendarDay(day, day == today, lunar_words(day), day_off(day, own))
        one_day.entries = [next(entries) for _ in drawn[day]]
        one_day.more = len(starts[day]) - len(drawn[day])
        one_day.next_at = _next_at(starts[day][len(drawn[day]) :], since)
        one_day.meetings = [one for one in meetings if one.first.starts_at.astimezone(ZONE).date() == day]
        shown.append(one_day)
    return shown


def _next_at(left: Sequence[datetime], since: datetime) -> datetime | None:
    """Return when the first of what is left starts; None if a page from its minute on would be the same."""
    return left[0] if left and left[0] >= since + timedelta(minutes=1) else None


def lunar_date(day: date) -> str:
    """Return “15/10”, or nothing outside the supported years of the lunar calendar."""
    try:
        found = lunar_day(day)
    except ValueError:
        return ""
    return f"{found.day}/{found.month}{' nhuận' if found.leap else ''}"


def lunar_words(day: date) -> str:
    """Return “15/10 âm lịch”, or nothing as `lunar_date`."""
    found = lunar_date(day)
    return found and f"{found} âm lịch"


def occurrence_path(schedule: ScheduleId, original_at: datetime) -> str:
    """Return the path of the page that changes one occurrence of a schedule."""
    return f"/lich/{schedule}/lan?luc={quote(original_at.astimezone(ZONE).isoformat())}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _heard(viewer: Viewer, commune: str) -> frozenset[AreaCode]:
    """Return the areas whose airings are shown: the person's areas, or the chosen commune's."""
    scope = viewer.scope
    if not commune or AreaCode(commune) not in scope.seen:
        return scope.hears
    code = AreaCode(commune)
    return scope.tree.around([code])


def _by_day(found: Iterable[_Found]) -> dict[date, list[_Found]]:
    by_day: dict[date, list[_Found]] = {}
    for one in found:
        by_day.setdefault(one.at.astimezone(ZONE).date(), []).append(one)
    return by_day


class _Airings:
    """The airings of some days: when each begins, and the cards of those that are drawn."""

    def __init__(
        self, session: Session, viewer: Viewer, heard: frozenset[AreaCode], since: datetime, until: datetime
    ) -> None:
        self._session = session
        self._condition: ColumnElement[bool] = and_(Airing.starts_at >= since, Airing.starts_at < until)
        if heard != viewer.scope.hears or not viewer.scope.is_whole():
            in_time = (Target.starts_at >= since, Target.starts_at < until)
            self._condition &= Airing.id.in_(select(Target.airing).where(Target.area.in_(heard), *in_time))
        query = select(Airing.starts_at).where(self._condition).order_by(Airing.starts_at).limit(_MOST)
        self.starts: dict[date, list[datetime]] = {}
        """Of each day, in order: a week has a thousand, of which a page draws a tenth."""
        for at in session.scalars(query):
            self.starts.setdefault(at.astimezone(ZONE).date(), []).append(at)

    def first_of_each_day(self, most: int) -> list[_Found]:
        """Return the first airings of each day, and all that begin with the last of these."""
        if not self.starts:
            return []
        query = _cards().where(self._condition)
        if any(len(starts) > most for starts in self.starts.values()):
            days = self.starts.values()
            query = query.where(or_(*(Airing.starts_at.between(day[0], day[:most][-1]) for day in days)))
        return [_Found(*fields) for fields in self._session.execute(query)]


@cache
def _cards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Airing.starts_at,
            Bulletin.title,
            Airing.schedule,
            Airing.id,
            Occurrence.original_at,
            Airing.state,
            Bulletin.state,
            Airing.grade,
            approved_until(),
        )
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .outerjoin(Occurrence, Occurrence.airing == Airing.id)
        .order_by(Airing.starts_at, Airing.id)
    )


def _to_come(
    session: Session, heard: frozenset[AreaCode], own: OwnDays, since: datetime, until: datetime
) -> list[_Found]:
    """Return occurrences of schedules for which no airings are made yet."""
    found = occurrences_to_come(session, heard, own, since, until)
    titles = titles_of(session, {row.bulletin for row, _ in found})
    return [
        _Found(
            one.starts_at, titles[row.bulletin], row.id, None, one.original_at, None, None, Grade(row.grade)
        )
        for row, one in found
    ]


def _entries(
    session: Session, viewer: Viewer, found: Sequence[_Found], now: datetime
) -> tuple[Iterator[CalendarEntry], list[CalendarMeeting]]:
    """Return the cards in the order of the input, and the conflicts between them."""
    names = [one.airing for one in found if one.airing is not None]
    of_airings = targets_of(session, names)
    made = {one.schedule for one in found if one.airing is None and one.schedule is not None}
    of_schedules = targets_of_schedules(session, made) if made else {}
    rows = open_airings(session, [one.airing for one in found if one.airing and one.state in MOVABLE])
    waiting = _awaiting(session, viewer, rows, of_airings)
    met = clashes(spans_of(session, rows, of_airings), viewer.scope.tree)
    meet = {name for one in met for name in (one.first, one.yields)}
    entries = []
    for one in found:
        if one.airing is not None:
            targets = of_airings.get(one.airing, ())
        else:
            targets = of_schedules.get(one.schedule, ()) if one.schedule is not None else ()
        sign = AWAITS_YES if one.airing in waiting else _sign(one)
        entries.append(_entry(viewer, one, targets, now, sign=sign, meets=one.airing in meet))
    by_name = {entry.airing: entry for entry in entries if entry.airing is not None}
    return iter(entries), [CalendarMeeting(by_name[one.first], by_name[one.yields]) for one in met]


def _awaiting(
    session: Session,
    viewer: Viewer,
    rows: Collection[OpenAiring],
    targets: Mapping[AiringId, tuple[AreaCode, ...]],
) -> frozenset[AiringId]:
    """Return the airings to which a commune that the person may see has not agreed."""
    said = standings(session, [row for row in rows if row.id in targets], targets, tree=viewer.scope.tree)
    seen = viewer.scope.seen
    return frozenset(name for name, one in said.items() if not one.unanswered.isdisjoint(seen))


def _entry(
    viewer: Viewer, one: _Found, targets: Collection[AreaCode], now: datetime, *, sign: Sign, meets: bool
) -> CalendarEntry:
    movable = (one.state is None or one.state in MOVABLE) and one.at > now
    movable = movable and viewer.scope.may(viewer.operator, Act.AIR, targets)
    if one.airing is None and one.schedule is not None and one.original_at is not None:
        href, moves_by = occurrence_path(one.schedule, one.original_at), f"/lich/{one.schedule}/lan/doi"
    else:
        href, moves_by = f"/phat/{one.airing}", f"/phat/{one.airing}/doi"
    return CalendarEntry(
        starts_at=one.at,
        title=one.title,
        where=viewer.scope.where(targets),
        sign=sign,
        grade=one.grade,
        href=href,
        moves_by=moves_by if movable else "",
        original_at=one.original_at if one.airing is None else None,
        repeats=one.schedule is not None,
        gone=one.state is AiringState.CANCELLED,
        airing=one.airing,
        meets=meets,
    )


def _sign(one: _Found) -> Sign:
    if one.state is None:
        return TO_COME
    if one.state is AiringState.PLANNED and one.bulletin_state not in {None, BulletinState.APPROVED}:
        return BULLETIN_SIGNS[one.bulletin_state or BulletinState.DRAFT]
    if one.state is AiringState.PLANNED and (one.approved_until is None or one.at >= one.approved_until):
        return APPROVAL_OVER
    return AIRING_SIGNS[one.state]
