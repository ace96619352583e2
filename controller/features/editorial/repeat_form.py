"""The part of a bulletin's form that says it shall come again: some times a day until a day."""

from datetime import date, time
from typing import Final

from pydantic import BaseModel

from controller.errors import BadInput
from controller.features.schedules.schemas import Every, RuleAsked
from controller.http.time_fields import read_clock, read_day
from schedules.recurrence import Recurrence
from schedules.skips import Skips

REPEATS: Final = "lich"
"""In the field `luc`: by a schedule, not once."""
KINDS: Final = (("ngay-lam-viec", "Thứ Hai đến thứ Sáu"), ("hang-ngay", "Hằng ngày"))
_EVERY: Final = {"ngay-lam-viec": Every.WORKDAY, "hang-ngay": Every.DAY}
USUAL_HOURS: Final = ("05:00", "11:00", "17:00")
_MOST_HOURS: Final = 6


class RepeatTyped(BaseModel):
    """These fields as typed; nothing is refused before it can be shown again."""

    lap_kieu: str = "ngay-lam-viec"
    lap_gio: list[str] = []
    """The usual hours that were ticked."""
    lap_gio_khac: str = ""
    """Other hours, parted by commas."""
    lap_den: str = ""
    lap_ca_le: str = ""
    """Also on public holidays, which are left out otherwise."""

    def rules(self, today: date) -> list[Recurrence]:
        """Return a rule for each time of day from today on, the earliest first; or raise BadInput."""
        if self.lap_kieu not in _EVERY:
            raise BadInput("Hãy chọn kiểu lặp lại.", code="schedule.bad-rule")
        shared = {"every": _EVERY[self.lap_kieu], "first": today, "last": self._last(today)}
        return [RuleAsked.model_validate(shared | {"at": at}).parsed() for at in self._hours()]

    def skips(self) -> Skips:
        """Return which days are left out: public holidays, unless somebody wants them too."""
        return Skips(days_off=not self.lap_ca_le)

    def _hours(self) -> list[time]:
        typed = [text for text in (*self.lap_gio, *self.lap_gio_khac.split(",")) if text.strip()]
        try:
            found = sorted({read_clock(text) for text in typed})
        except ValueError:
            raise BadInput(
                "Hãy ghi giờ phát, như 05:00 hoặc 05:00, 17:30.", code="schedule.bad-rule"
            ) from None
        if not found:
            raise BadInput("Hãy chọn ít nhất một giờ trong ngày.", code="schedule.bad-rule")
        if len(found) > _MOST_HOURS:
            raise BadInput(f"Một ngày phát nhiều nhất {_MOST_HOURS} giờ.", code="schedule.bad-rule")
        return found

    def _last(self, today: date) -> date:
        try:
            last = read_day(self.lap_den)
        except ValueError:
            raise BadInput("Hãy ghi ngày cuối, như 31/12/2026.", code="schedule.bad-rule") from None
        if last < today:
            raise BadInput("Ngày cuối đã qua. Hãy ghi ngày khác.", code="schedule.bad-rule")
        return last
