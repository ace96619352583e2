"""Form of a schedule: its fields, and the recurrence rule that they describe."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from pydantic import Field

from controller.errors import BadInput
from controller.features.airings.target_form import TargetTyped
from controller.features.schedules.schemas import Every, RuleAsked
from controller.http.time_fields import day_value, read_clock, read_day
from controller.model.local_time import ZONE
from devices.ids import Grade
from schedules.lunar import FULL_MOON, NEW_MOON
from schedules.recurrence import (
    FIRST_YEAR,
    LAST_DAY,
    LAST_YEAR,
    WORKDAYS,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Recurrence,
    RuleBase,
    Weekday,
    Weekly,
)
from schedules.skips import Skips

KINDS = (
    ("ngay-lam-viec", "Thứ Hai đến thứ Sáu"),
    ("hang-ngay", "Hằng ngày"),
    ("thu", "Chọn thứ"),
    ("thang", "Ngày trong tháng"),
    ("thang-thu", "Thứ trong tháng"),
    ("am-lich", "Mùng một, rằm"),
    ("mot-lan", "Một lần"),
)
_EVERY = {
    "ngay-lam-viec": Every.WORKDAY,
    "hang-ngay": Every.DAY,
    "thu": Every.WEEK,
    "thang": Every.MONTH,
    "thang-thu": Every.MONTH_WEEKDAY,
    "am-lich": Every.DAY,
    "mot-lan": Every.ONCE,
}
_MOST_LEFT_OUT = 400


class ScheduleTyped(TargetTyped):
    """Values of the form; all input is accepted here so that it can be shown again with its errors."""

    ban_tin: str = ""
    lich: str = ""
    """The schedule that is changed; empty of a new one."""
    phien_ban: str = ""
    """The version that the change began with."""
    kieu: str = "ngay-lam-viec"
    gio: str = ""
    gio_hai: str = ""
    gio_ba: str = ""
    """Further times of the same days; each becomes a schedule of its own."""
    tu_ngay: str = ""
    het: str = "khong"
    den_ngay: str = ""
    so_lan: str = ""
    thu: list[str] = Field(default_factory=list)
    ngay_thang: list[str] = Field(default_factory=list)
    lan_thu: str = "1"
    thu_thang: str = "0"
    am: list[str] = Field(default_factory=list)
    nghi_le: str = ""
    tranh_ram: str = ""
    bo: list[str] = Field(default_factory=list)
    viec: str = ""

    def rule(self) -> Recurrence:
        """Return the rule, or raise BadInput that names what is missing."""
        if self.kieu not in _EVERY:
            raise BadInput("Hãy chọn kiểu lặp lại.", code="schedule.bad-rule")
        asked: dict[str, Any] = {
            "every": _EVERY[self.kieu],
            "at": self._time(self.gio),
            "first": self._day(self.tu_ngay, "ngày bắt đầu"),
        }
        if self.kieu != "mot-lan":
            asked |= self._end() | {"except_days": sorted(self.left_out())}
        if self.kieu == "thu":
            asked["weekdays"] = self._weekdays()
        elif self.kieu == "thang":
            asked["days"] = self._month_days()
        elif self.kieu == "thang-thu":
            asked |= self._nth()
        return RuleAsked(**asked).parsed()

    def skips(self) -> Skips:
        """Return the kinds of days that are skipped (such as days off), or raise BadInput."""
        only: frozenset[int] = frozenset()
        if self.kieu == "am-lich":
            only = frozenset(int(day) for day in self.am if day in {str(NEW_MOON), str(FULL_MOON)})
            if not only:
                raise BadInput("Hãy chọn mùng một, rằm, hoặc cả hai.", code="schedule.bad-lunar")
        never = frozenset({NEW_MOON, FULL_MOON}) if self.tranh_ram and not only else frozenset()
        return Skips(bool(self.nghi_le), only, never)

    def rules(self) -> list[Recurrence]:
        """Return a rule for each given time of day, earliest first, or raise BadInput."""
        first = self.rule()
        further = {self._time(text) for text in (self.gio_hai, self.gio_ba) if text.strip()}
        return [replace(first, at=at) for at in sorted({first.at, *further})]

    def grade(self) -> Grade:
        """Return the grade, or raise BadInput; emergencies are aired at once, never by a schedule."""
        if self.muc not in {Grade.ROUTINE, Grade.PRIORITY}:
            raise BadInput("Lịch phát chỉ ở mức thông thường hoặc ưu tiên.", code="airing.bad-grade")
        return Grade(self.muc)

    def left_out(self) -> frozenset[date]:
        """Return the days that a person excluded, or raise BadInput."""
        return frozenset(self._day(text, "ngày bỏ") for text in self.bo[:_MOST_LEFT_OUT])

    def _end(self) -> dict[str, Any]:
        if self.het == "den-ngay":
            return {"last": self._day(self.den_ngay, "ngày cuối")}
        if self.het == "so-lan":
            if not self.so_lan.isdigit() or not 1 <= int(self.so_lan) <= 1000:  # noqa: PLR2004 - as the form says
                raise BadInput("Số lần phát phải từ 1 đến 1000.", code="schedule.bad-rule")
            return {"times": int(self.so_lan)}
        return {}

    @staticmethod
    def _time(text: str) -> time:
        try:
            at = read_clock(text)
        except ValueError:
            raise BadInput("Hãy ghi giờ phát, như 05:00.", code="schedule.bad-rule") from None
        return at

    @staticmethod
    def _day(text: str, what: str) -> date:
        try:
            return read_day(text)
        except ValueError:
            raise BadInput(f"Hãy chọn {what}.", code="schedule.bad-rule") from None

    def _weekdays(self) -> list[str]:
        chosen = [Weekday(int(day)).code for day in sorted({*self.thu} & {*"0123456"})]
        if not chosen:
            raise BadInput("Hãy chọn ít nhất một thứ trong tuần.", code="schedule.bad-rule")
        return chosen

    def _month_days(self) -> list[int]:
        chosen = [day for day in (*range(1, 32), LAST_DAY) if str(day) in self.ngay_thang]
        if not chosen:
            raise BadInput("Hãy chọn ít nhất một ngày trong tháng.", code="schedule.bad-rule")
        return chosen

    def _nth(self) -> dict[str, Any]:
        if self.lan_thu not in {"1", "2", "3", "4", "5", "-1"} or self.thu_thang not in set("0123456"):
            raise BadInput("Hãy chọn thứ trong tháng.", code="schedule.bad-rule")
        return {"nth": int(self.lan_thu), "weekdays": [Weekday(int(self.thu_thang)).code]}


MONTHS_BY_DEFAULT = 3
"""A schedule ends after so many months unless somebody says otherwise."""


def fresh_form(bulletin: str, today: date) -> ScheduleTyped:
    """Return the initial form: it has an end date, and skips public holidays."""
    years, month = divmod(today.month - 1 + MONTHS_BY_DEFAULT, 12)
    year = today.year + years
    end = date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    return ScheduleTyped(
        ban_tin=bulletin,
        gio="05:00",
        tu_ngay=today.isoformat(),
        het="den-ngay",
        den_ngay=end.isoformat(),
        nghi_le="1",
    )


def typed_of(rule: Recurrence, skips: Skips) -> ScheduleTyped:
    """Return the form values for a rule, for a person who changes it."""
    form = ScheduleTyped(
        gio=f"{rule.at:%H:%M}" if not rule.at.second else f"{rule.at:%H:%M:%S}",
        tu_ngay=day_value(rule.first),
        nghi_le="1" if skips.days_off else "",
        tranh_ram="1" if skips.never_lunar else "",
        am=[str(day) for day in sorted(skips.only_lunar)],
        bo=[day.isoformat() for day in sorted(rule.left_out)],
    )
    if rule.last is not None:
        form.het, form.den_ngay = "den-ngay", day_value(rule.last)
    elif rule.times is not None:
        form.het, form.so_lan = "so-lan", str(rule.times)
    match rule:
        case Once():
            form.kieu = "mot-lan"
        case Weekly():
            form.kieu = "ngay-lam-viec" if rule.weekdays == WORKDAYS else "thu"
            form.thu = [str(int(day)) for day in sorted(rule.weekdays)]
        case MonthlyByDay():
            form.kieu, form.ngay_thang = "thang", [str(day) for day in sorted(rule.days)]
        case MonthlyByWeekday():
            form.kieu = "thang-thu"
            form.lan_thu, form.thu_thang = str(rule.nth), str(int(rule.weekday))
        case RuleBase():
            form.kieu = "am-lich" if skips.only_lunar else "hang-ngay"
    return form


def read_wall(on: str, at: str) -> datetime:
    """Return a date and a local time of day as an instant, or raise BadInput."""
    try:
        return _possible(datetime.combine(read_day(on), read_clock(at), ZONE))
    except ValueError:
        raise BadInput("Hãy chọn đủ ngày và giờ phát.", code="airing.no-start") from None


def read_original(text: str) -> datetime:
    """Parse the original start that identifies an occurrence in a URL, or raise BadInput."""
    try:
        return _possible(datetime.fromisoformat(text))
    except ValueError:
        raise BadInput("Không rõ lần phát nào.", code="schedule.no-occurrence") from None


def _possible(at: datetime) -> datetime:
    if at.tzinfo is None or not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError(f"no schedule has an occurrence at {at}")
    return at
