"""Reads what stands on the lines of a commune's days; a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.page_queries import AiringList, airing_lists
from controller.features.airings.planning_context import policies_over
from controller.features.airings.views import AiringView
from controller.features.areas.turns import turns_at
from controller.features.bulletins.page_queries import titles_of
from controller.features.schedules.calendar import TO_COME, lunar_words, occurrence_path
from controller.features.schedules.day_line import DayLine, LineEntry, LineFate, draw_day, heard_sentence
from controller.features.schedules.occurrence_making import AHEAD
from controller.features.schedules.queries import (
    occurrences_to_come,
    own_days,
    recorded_ms,
    targets_of_schedules,
)
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.bulletin_states import BulletinId
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from devices.ids import AreaCode, Grade
from schedules.skips import day_off

_MOST = 1000
"""Airings of a month that are read; a commune with a full day has some 300."""
_FATES = {
    AiringState.PLANNED: LineFate.COMES,
    AiringState.DELIVERING: LineFate.COMES,
    AiringState.SOUNDING: LineFate.SOUNDS,
    AiringState.AIRED: LineFate.HEARD,
    AiringState.MISSED: LineFate.LOST,
    AiringState.CANCELLED: LineFate.STOPPED,
}


@dataclass(frozen=True, slots=True)
class CommuneLine:
    """The days of a commune, and what of today was heard, in a sentence."""

    area: AreaCode
    name: str
    days: tuple[DayLine, ...]
    heard: str

    @property
    def today(self) -> DayLine | None:
        """Today's line, if it is among them."""
        return next((line for line in self.days if line.is_today), None)


@dataclass(frozen=True, slots=True)
class ShownSpan:
    """What a page asks for: a day, a week or a month, by its first day and the number of its days."""

    kind: str
    first: date
    days: int


def lines_shown(session: Session, caller: Caller, area: AreaCode, asked: ShownSpan) -> dict[str, Any]:
    """Return the lines of a page, each day's words of the calendar with them."""
    line = commune_line(session, AskedLine.of(caller.viewer, area, asked.first, caller.now(), asked.days))
    return {"line": line, "span": asked.kind, "calendar": _calendar_words(session, line)}


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Who looks at which days of which area, and when."""

    viewer: Viewer
    scope: Scope
    """The person's view, narrowed to the area."""
    first: date
    days: int
    now: datetime

    @classmethod
    def of(cls, viewer: Viewer, area: AreaCode, first: date, now: datetime, days: int = 1) -> "AskedLine":
        """Ask for some days of an area from a given day on; NotFound outside of the person's view."""
        return cls(viewer, viewer.scope.narrowed(area), first, days, now)

    @property
    def since(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.first, time(), ZONE)

    @property
    def until(self) -> datetime:
        """When the last day ends."""
        return self.since + timedelta(days=self.days)

    @property
    def airings(self) -> AiringList:
        """What was, is or will be aired in the area."""
        in_time = (Target.starts_at >= self.since, Target.starts_at < self.until)
        there = select(Target.airing).where(Target.area.in_(self.scope.hears), *in_time)
        # tests of one loudspeaker are not the commune's programme
        return AiringList(and_(Airing.id.in_(there), Airing.node.is_(None)), limit=_MOST, few=True)


def commune_line(
    session: Session, asked: AskedLine, aired: Sequence[AiringView] | None = None
) -> CommuneLine:
    """Return some days of an area; `aired`: what `asked.airings` lists, None: look it up."""
    if aired is None:
        (aired,) = airing_lists(session, asked.scope, asked.airings)
    by_day: dict[date, list[LineEntry]] = {}
    for one in (*_aired(session, asked, aired), *_to_come(session, asked)):
        by_day.setdefault(one.starts_at.astimezone(ZONE).date(), []).append(one)
    area, scope = asked.scope.home, asked.viewer.scope
    policies = policies_over(session, scope.tree.lineage(area))
    lines = tuple(
        draw_day(day, by_day.get(day, ()), policies, asked.now)
        for day in (asked.first + timedelta(days=number) for number in range(asked.days))
    )
    return CommuneLine(area, scope.name(area), lines, heard_sentence(lines, asked.now))


def _calendar_words(session: Session, line: CommuneLine) -> dict[date, tuple[str, str | None]]:
    """Return for each day its date in the lunar calendar, and why it is a day off, if it is one."""
    own = own_days(session)
    return {one.day: (lunar_words(one.day), day_off(one.day, own)) for one in line.days}


def _aired(session: Session, asked: AskedLine, aired: Iterable[AiringView]) -> list[LineEntry]:
    """Return the airings of the line; what was called off before it began is left out."""
    views = [one for one in aired if one.state is not AiringState.CANCELLED or one.reach.started]
    for one in views:
        one.told_at = asked.now  # what is sent days ahead is said to be planned
    lengths = recorded_ms(session, {BulletinId(one.bulletin) for one in views if one.duration_ms is None})
    return [_entry(one, asked, lengths) for one in views]


def _entry(one: AiringView, asked: AskedLine, lengths: Mapping[BulletinId, int]) -> LineEntry:
    milliseconds = one.duration_ms or lengths.get(BulletinId(one.bulletin))
    fate = _FATES[one.state]
    if one.state is AiringState.PLANNED and (one.awaits_yes or not one.is_approved):
        fate = LineFate.WAITS
    return LineEntry(
        key=f"l-{one.id}",
        starts_at=one.starts_at,
        length=None if milliseconds is None else timedelta(milliseconds=milliseconds),
        title=one.title,
        sign=one.sign,
        fate=fate,
        grade=one.grade,
        href=f"/phat/{one.id}",
        reach=one.reach,
        reason=one.reason,
        moves_by=f"/phat/{one.id}/doi" if asked.viewer.may_move(one, asked.now) else "",
        turns=one.turns,
    )


def _to_come(session: Session, asked: AskedLine) -> list[LineEntry]:
    """Return the occurrences for which no airings are made yet."""
    since = max(asked.since, asked.now + AHEAD)
    if since >= asked.until:
        return []
    found = occurrences_to_come(session, asked.scope.hears, own_days(session), since, asked.until)
    if not found:
        return []
    bulletins = {row.bulletin for row, _ in found}
    titles, lengths = titles_of(session, bulletins), recorded_ms(session, bulletins)
    targets = targets_of_schedules(session, {row.id for row, _ in found})
    viewer, entries, turns = asked.viewer, [], turns_at(session, asked.scope.hears).count
    for row, one in found:
        may_move = viewer.scope.may(viewer.operator, Act.AIR, targets[row.id])
        milliseconds = lengths.get(row.bulletin)
        entries.append(
            LineEntry(
                key=f"l-{row.id}-{one.original_at:%Y%m%d%H%M%S}",
                starts_at=one.starts_at,
                length=None if milliseconds is None else timedelta(milliseconds=milliseconds),
                title=titles[row.bulletin],
                sign=TO_COME,
                fate=LineFate.EXPECTED,
                grade=row.grade,
                href=occurrence_path(row.id, one.original_at),
                moves_by=f"/lich/{row.id}/lan/doi" if may_move else "",
                original_at=one.original_at,
                turns=turns if row.grade is Grade.ROUTINE else 1,
            )
        )
    return entries
