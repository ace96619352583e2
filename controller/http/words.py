"""How the pages say times, lengths and states in Vietnamese; pure."""

from datetime import UTC, date, datetime, timedelta

from controller.http.named import Named
from controller.http.time_fields import read_day
from controller.model.local_time import ZONE
from devices.ids import Grade

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_MEGA, _GIGA = 1_000_000, 1_000_000_000
_JUST_NOW = 5  # seconds that are still “vừa xong”


def clock(at: datetime) -> str:
    """Return “05:30”."""
    return f"{at.astimezone(ZONE):%H:%M}"


def exact_clock(at: datetime) -> str:
    """Return “05:30:07”."""
    return f"{at.astimezone(ZONE):%H:%M:%S}"


def wall_day(at: datetime) -> date:
    """Return the instant's day by the wall calendar of the province."""
    return at.astimezone(ZONE).date()


def weekday(on: date) -> str:
    """Return “Thứ Ba”."""
    return _WEEKDAYS[on.weekday()]


def date_words(text: str) -> str:
    """Return “Thứ Ba, 24/11/2026” of a day as it was typed; what is no day, as it came."""
    try:
        on = read_day(text)
    except ValueError:
        return text
    return said_day(on)


def wall(at: datetime) -> str:
    """Return “05:00, Thứ Ba, 24/11/2026” of a wall time (naive)."""
    return f"{at:%H:%M}, {weekday(at)}, {at:%d/%m/%Y}"


def day(at: datetime) -> str:
    """Return “Thứ Ba, 24/11/2026”."""
    local = at.astimezone(ZONE)
    return f"{_WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


def day_and_clock(at: datetime, now: datetime) -> str:
    """Return “05:30 hôm nay”, “05:30 ngày mai” or “05:30, Thứ Ba, 24/11/2026”."""
    days = (at.astimezone(ZONE).date() - now.astimezone(ZONE).date()).days
    near = {0: " hôm nay", 1: " ngày mai", -1: " hôm qua"}.get(days)
    return f"{clock(at)}{near}" if near else f"{clock(at)}, {day(at)}"


def seconds_clock(length: timedelta) -> str:
    """Return “1:05”, or “1:02:03” from an hour on; never negative."""
    seconds = max(0, round(length.total_seconds()))
    minutes, seconds = divmod(seconds, _MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def milliseconds_clock(span: int) -> str:
    """Return “1:05”, as `seconds_clock` does."""
    return seconds_clock(timedelta(milliseconds=span))


def length(span: timedelta) -> str:
    """Return “45 giây”, “7 phút 5 giây”, “2 giờ 10 phút”."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} giây"
    if seconds < _HOUR:
        minutes, rest = divmod(seconds, _MINUTE)
        return f"{minutes} phút {rest} giây" if rest else f"{minutes} phút"
    hours, rest = divmod(seconds, _HOUR)
    return f"{hours} giờ {rest // _MINUTE} phút" if rest >= _MINUTE else f"{hours} giờ"


def ago(at: datetime, now: datetime) -> str:
    """Return “vừa xong”, “3 phút trước”, “2 ngày trước”."""
    seconds = (now - at).total_seconds()
    if seconds < _JUST_NOW:
        return "vừa xong"
    if seconds < _MINUTE:
        return f"{int(seconds)} giây trước"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} phút trước"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} giờ trước"
    return f"{int(seconds // _DAY)} ngày trước"


def until(at: datetime, now: datetime) -> str:
    """Return “còn 45 giây”, “còn 2 giờ 10 phút”, “đến giờ”."""
    return f"còn {length(at - now)}" if at > now else "đến giờ"


def number(value: float, decimals: int = 0) -> str:
    """Return “1.234,5”."""
    text = f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return text.replace("-", "−")


def megabytes(size: int) -> str:
    """Return “1,9 GB”, “2,4 MB”, “980 kB”."""
    if size >= _GIGA:
        return f"{number(size / _GIGA, 1)} GB"
    return f"{number(size / _MEGA, 1)} MB" if size >= _MEGA else f"{number(size / 1e3)} kB"


def iso(at: datetime) -> str:
    """Return “2026-11-24T05:30:00Z”: for <time datetime> and for the page's clock."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def short_day(at: datetime) -> str:
    """Return “24/11/2026”."""
    return f"{at.astimezone(ZONE):%d/%m/%Y}"


def date_value(at: datetime) -> str:
    """Return “2026-11-24”: the local day, as a date field holds it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d}"


def milliseconds(span: int) -> str:
    """Return the length in words, as `length` does."""
    return length(timedelta(milliseconds=span))


def length_of_seconds(seconds: float) -> str:
    """Return the length in words, as `length` does."""
    return length(timedelta(seconds=seconds))


def signed(value: float, decimals: int = 0) -> str:
    """Return “+1,5” or “−1,5”."""
    return f"{'−' if value < 0 else '+'}{number(abs(value), decimals)}"


def lower_first(text: str) -> str:
    """Return the text as it stands inside a sentence: “tỉnh Khánh Hòa”."""
    return text[:1].lower() + text[1:]


def capitalize_first(text: str) -> str:
    """Return the text as it begins a line: “Tiếng Việt”."""
    return text[:1].upper() + text[1:]


def said_day(on: date) -> str:
    """Return “Thứ Ba, 24/11/2026” of a day without a clock."""
    return f"{_WEEKDAYS[on.weekday()]}, {on:%d/%m/%Y}"


GRADE_WORDS = Named(
    {Grade.ROUTINE: "Thông thường", Grade.PRIORITY: "Ưu tiên", Grade.EMERGENCY: "Khẩn cấp"}, str
)
