"""JSON shapes of schedules and days off."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from controller.errors import BadInput
from controller.features.airings.conflicts import Meeting
from controller.features.airings.schemas import ForesightShown
from controller.http.schemas import Code, Command, View
from controller.model.airings import DEFAULT_VOLUME
from controller.model.base import LONGEST_REASON
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import LONGEST_DAY_NAME
from devices.ids import Grade
from schedules.recurrence import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_DATES,
    MOST_TIMES,
    WORKDAYS,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Recurrence,
    RuleError,
    Weekday,
    Weekly,
)
from schedules.skips import Skips

_CODES = {day.code: day for day in Weekday}
_LATEST_AFTER_SECONDS = 86_400
_MEETING = "What to do with occurrences of the next 14 days that meet others; policies are never bent."
_WALL = "A wall time of the zone Asia/Ho_Chi_Minh, without an offset."

Instant = Annotated[
    AwareDatetime,
    Field(ge=dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC), lt=dt.datetime(LAST_YEAR, 1, 1, tzinfo=dt.UTC)),
]
MonthDay = Annotated[int, Field(ge=-1, le=31, description="1 to 31, or -1 for the last of the month.")]
LunarDays = Annotated[list[Annotated[int, Field(ge=1, le=30)]], Field(max_length=30)]


class Every(StrEnum):
    """How a schedule repeats."""

    ONCE = "once"
    DAY = "day"
    WORKDAY = "workday"  # Monday to Friday
    WEEK = "week"  # on `weekdays`
    MONTH = "month"  # on `days` of the month
    MONTH_WEEKDAY = "month-weekday"  # on the `nth` of `weekdays` (one)


class RuleAsked(Command):
    """When it is aired. A month without the requested day (29, 30, 31) has no occurrence."""

    every: Every
    at: Annotated[dt.time, Field(description=_WALL)]
    first: dt.date
    last: dt.date | None = Field(None, description="The last day, included.")
    times: Annotated[int, Field(ge=1, le=MOST_TIMES)] | None = None
    weekdays: Annotated[list[str], Field(max_length=7, description="MO to SU.")] = Field(default_factory=list)
    days: Annotated[list[MonthDay], Field(max_length=32)] = Field(default_factory=list)
    nth: Annotated[int, Field(ge=-1, le=5, description="1 to 5, or -1 for the last.")] | None = None
    also: Annotated[list[dt.datetime], Field(max_length=MOST_DATES, description=_WALL)] = Field(
        default_factory=list
    )
    except_days: Annotated[list[dt.date], Field(max_length=MOST_DATES)] = Field(default_factory=list)

    def parsed(self) -> Recurrence:
        """Return the requested rule, or raise BadInput."""
        shared = self.model_dump(include={"at", "first", "last", "times"})
        shared |= {"added": frozenset(self.also), "left_out": frozenset(self.except_days)}
        weekdays = frozenset(_CODES[code] for code in self.weekdays)
        makers: dict[Every, Callable[[], Recurrence]] = {
            Every.ONCE: lambda: Once(**shared),
            Every.DAY: lambda: Daily(**shared),
            Every.WORKDAY: lambda: Weekly(**shared, weekdays=WORKDAYS),
            Every.WEEK: lambda: Weekly(**shared, weekdays=weekdays),
            Every.MONTH: lambda: MonthlyByDay(**shared, days=frozenset(self.days)),
            Every.MONTH_WEEKDAY: lambda: MonthlyByWeekday(**shared, nth=self.nth or 0, weekday=min(weekdays)),
        }
        try:
            return makers[self.every]()
        except RuleError as error:
            raise BadInput(
                "Lịch phát chưa đúng. Hãy xem lại giờ, ngày đầu, ngày cuối hoặc số lần, và các ngày đã chọn.",
                code="schedule.bad-rule",
            ) from error

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not set(self.weekdays) <= _CODES.keys():
            raise ValueError("weekdays are MO to SU")
        if (self.every in {Every.WEEK, Every.MONTH_WEEKDAY}) != bool(self.weekdays):
            raise ValueError("weekdays belong to week and month-weekday, and only there")
        if (self.every is Every.MONTH) != bool(self.days):
            raise ValueError("days belong to month, and only there")
        if (self.every is Every.MONTH_WEEKDAY) != (self.nth is not None):
            raise ValueError("nth belongs to month-weekday, and only there")
        if self.every is Every.MONTH_WEEKDAY and len(self.weekdays) != 1:
            raise ValueError("month-weekday names one weekday")
        return self


class SkipsAsked(Command):
    """Kinds of days that are skipped; days that a person set by hand are not affected."""

    days_off: bool = Field(default=False, description="Public holidays and the province's days off.")
    only_lunar: LunarDays = Field(default_factory=list, description="Keep to these days of the lunar month.")
    never_lunar: LunarDays = Field(default_factory=list)

    def parsed(self) -> Skips:
        """Return the kinds of days that are skipped, or raise BadInput."""
        try:
            return Skips(self.days_off, frozenset(self.only_lunar), frozenset(self.never_lunar))
        except RuleError as error:
            raise BadInput("Không còn ngày âm lịch nào để phát.", code="schedule.bad-lunar") from error


class ScheduleAsked(Command):
    """A bulletin to air repeatedly."""

    bulletin: Annotated[str, Field(max_length=64)]
    areas: Annotated[list[Code], Field(min_length=1, max_length=1000)]
    rule: RuleAsked
    skips: SkipsAsked = Field(default_factory=SkipsAsked)
    grade: Grade = Grade.ROUTINE
    volume: Annotated[int, Field(ge=0, le=100)] = DEFAULT_VOLUME
    latest_after_seconds: Annotated[int, Field(ge=0, le=_LATEST_AFTER_SECONDS)] | None = Field(
        None, description="How late each may start; by default by grade: 10, 30 min, 24 h."
    )
    meeting: Meeting = Field(Meeting.REFUSE, description=_MEETING)


class OccurrenceShown(View):
    """One occurrence; `original_at` is the start from its rule, and its permanent identifier."""

    original_at: dt.datetime
    starts_at: dt.datetime
    lunar: str = Field(description="The day in the lunar calendar, such as 15/10.")
    airing: str | None = Field(description="Null until it is made, 14 days ahead.")


class ScheduleShown(View):
    """One schedule in a list."""

    id: str
    bulletin: str
    title: str
    state: ScheduleState
    grade: Grade
    volume: int
    where: str
    areas: list[Code]
    rule: str = Field(description="iCalendar: DTSTART, RRULE, RDATE, EXDATE, changed occurrences.")
    skips: SkipsAsked
    latest_after_seconds: int
    created_at: dt.datetime
    ended_at: dt.datetime | None


class ScheduleWhole(ScheduleShown):
    """One schedule with its next occurrences."""

    version: str = Field(description="Of its rule: what a change is based on.")
    next: list[OccurrenceShown]


class CancelOccurrence(Command):
    """The occurrence to cancel, and the reason."""

    original_at: Instant
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class MoveOccurrence(Command):
    """The occurrence to move, and its new start; its original start undoes an earlier move."""

    original_at: Instant
    to: Instant
    meeting: Meeting = Field(Meeting.REFUSE, description=_MEETING)


class MoveAiring(Command):
    """When an airing shall start instead."""

    to: Instant
    meeting: Meeting = Field(Meeting.REFUSE, description=_MEETING)


class AiringMoved(View):
    """The airing that stands for it now: another one, since the first is cancelled."""

    airing: str | None = Field(description="Null while none is made: an occurrence moved beyond 14 days.")


class ScheduleChanged(Command):
    """Another rule for a schedule; areas, grade and volume stay."""

    rule: RuleAsked
    skips: SkipsAsked = Field(default_factory=SkipsAsked)
    based_on: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="The `version` that was read; 409 where the rule is another one by now."
    )


class OccurrenceForeseen(ForesightShown):
    """Conflicts of one occurrence."""

    original_at: dt.datetime
    starts_at: dt.datetime
    is_forbidden: bool = Field(description="Policies leave it no whole start until its latest one.")


class YearConflictShown(View):
    """Another schedule, or an airing beyond 14 days, that sounds at the same time in the same areas."""

    title: str
    schedule: str | None
    airing: str | None
    areas: list[Code]
    times: int = Field(description="Days within a year on which it does.")
    first_at: dt.datetime = Field(description="The first time that the schedule asked about starts.")
    other_at: dt.datetime = Field(description="When the other one starts then.")
    yields: bool = Field(description="Whether the schedule asked about gives way the first time.")


class ScheduleForesight(View):
    """Conflicts of the occurrences in the next 14 days (60 at most), and the nodes that are away now.

    `year`: what the rule meets within a year, the first ten; `year_in_all`: how many there are.
    """

    until: dt.datetime
    occurrences: list[OccurrenceForeseen]
    nodes: int
    nodes_away: int
    away: list[str] = Field(description="At most 100 of them.")
    year: list[YearConflictShown] = Field(default_factory=list)
    year_in_all: int = 0


class DayOffAsked(Command):
    """A day of the province's own list."""

    day: dt.date
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_DAY_NAME)]
    off: bool = Field(default=True, description="False: a public holiday on which is aired as usual.")


class DayOffShown(View):
    """A day off, or (`off` false) a public holiday that is not a day off in the province."""

    day: dt.date
    name: str
    off: bool
    own: bool = Field(description="From the province's own list; else from the state's.")
