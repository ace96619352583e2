"""`loa schedule`, `loa day-off`: thin commands; docs/commands.md explains each of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from controller.features.schedules.schemas import DayOffShown, ScheduleForesight, ScheduleShown, ScheduleWhole
from controller.model.local_time import ZONE
from controller.terminal.commands import Commands, Given, Printed
from controller.terminal.options import Meets, Reason, instant
from controller.terminal.ways import Running

schedule = Commands()

day_off = Commands()

Day = Annotated[str, typer.Argument(metavar="NGÀY", help="Như 2026-12-24.")]
Year = Annotated[int, typer.Argument(metavar="NĂM")]
Id = Annotated[str, typer.Argument(metavar="LỊCH", help="Mã lịch phát.")]
Occurrence = Annotated[str, typer.Argument(metavar="LẦN", help="Giờ gốc của lần phát, như 2026-11-27T17:00.")]
Check = Annotated[bool, typer.Option("--check", help="Chỉ xem sẽ vướng gì, không lưu.")]
Every = Literal["once", "day", "workday", "week", "month", "month-weekday"]
_KINDS = {
    "quiet-hours": "giờ yên lặng",
    "minutes-a-day": "quá số phút một ngày",
    "yields": "phải nhường",
    "takes": "chiếm giờ của",
    "starves": "dùng hết số phút của",
}
_CHOICES = {
    "shift": "đổi giờ",
    "after": "phát ngay sau",
    "replace": "thay thế",
    "accept": "vẫn đặt",
    "shorten": "rút ngắn",
    "refuse": "không đặt",
}
_STATES = {"running": "đang chạy", "ended": "đã kết thúc"}


def _rule(
    at: Annotated[str, typer.Option(help="Giờ phát, như 17:00.")],
    first: Annotated[str, typer.Option(help="Ngày đầu, như 2026-11-27.")],
    every: Annotated[Every, typer.Option(help="Lặp lại thế nào.")] = "once",
    last: Annotated[str | None, typer.Option(help="Ngày cuối, kể cả ngày đó.")] = None,
    times: Annotated[int | None, typer.Option(min=1, help="Số lần.")] = None,
    weekday: Annotated[list[str] | None, typer.Option(help="Thứ trong tuần: MO đến SU.")] = None,
    day: Annotated[list[int] | None, typer.Option(help="Ngày trong tháng; -1 là ngày cuối tháng.")] = None,
    nth: Annotated[int | None, typer.Option(help="Thứ ấy lần thứ mấy trong tháng; -1 là cuối.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Thêm một lần, như 2026-12-01T17:00.")] = None,
    except_day: Annotated[list[str] | None, typer.Option(help="Bỏ một ngày.")] = None,
    skip_days_off: Annotated[bool, typer.Option("--skip-days-off", help="Không phát ngày nghỉ.")] = False,
    only_lunar: Annotated[list[int] | None, typer.Option(help="Chỉ phát ngày âm lịch này: 1, 15.")] = None,
    never_lunar: Annotated[list[int] | None, typer.Option(help="Không phát ngày âm lịch này.")] = None,
) -> dict[str, Any]:
    """Return when a schedule sounds, as the station is asked for it."""
    rule = {"every": every, "at": at, "first": first, "last": last, "times": times, "nth": nth}
    lists = {"weekdays": weekday, "days": day, "also": also, "except_days": except_day}
    skips = {"days_off": skip_days_off, "only_lunar": only_lunar, "never_lunar": never_lunar}
    return {"rule": rule | lists, "skips": skips}


Rule = Annotated[dict[str, Any], Given(_rule)]


@schedule.command("add")
def add(
    here: Running,
    bulletin: Annotated[str, typer.Option(help="Mã bản tin.")],
    area: Annotated[list[str], typer.Option(help="Mã địa bàn; có thể ghi nhiều lần.")],
    rule: Rule,
    grade: Annotated[Literal["routine", "priority"], typer.Option(help="Mức của bản tin.")] = "routine",
    volume: Annotated[int | None, typer.Option(min=0, max=100, help="Âm lượng.")] = None,
    meeting: Meets = "refuse",
    check: Check = False,
) -> Printed:
    """Đặt lịch phát lặp lại cho một bản tin."""
    asked = rule | {"bulletin": bulletin, "areas": area, "grade": grade, "volume": volume, "meeting": meeting}
    if check:
        return _outlook(here.ask(ScheduleForesight, "POST", "/schedules/foresee", _given(asked)))
    return _whole(here.ask(ScheduleWhole, "POST", "/schedules", _given(asked)))


@schedule.command("change")
def change(here: Running, schedule_id: Id, rule: Rule) -> Printed:
    """Đổi giờ và ngày của một lịch phát; địa bàn, mức, âm lượng giữ nguyên."""
    return _whole(here.ask(ScheduleWhole, "PUT", f"/schedules/{schedule_id}", _given(rule)))


@schedule.command("list")
def index(
    here: Running,
    everything: Annotated[bool, typer.Option("--all", help="Cả những lịch đã kết thúc.")] = False,
) -> Printed:
    """Liệt kê các lịch phát."""
    found = here.ask(list[ScheduleShown], "GET", "/schedules" + ("" if everything else "?state=running"))
    return Printed({"schedules": found}, map(_line, found))


@schedule.command("show")
def show(here: Running, schedule_id: Id) -> Printed:
    """Xem một lịch phát và những lần sắp tới."""
    return _whole(here.ask(ScheduleWhole, "GET", f"/schedules/{schedule_id}"))


@schedule.command("end")
def end(here: Running, schedule_id: Id, reason: Reason = "") -> Printed:
    """Kết thúc một lịch phát; những lượt chưa phát bị hủy."""
    return _whole(here.ask(ScheduleWhole, "POST", f"/schedules/{schedule_id}/end", {"reason": reason}))


@schedule.command("cancel")
def cancel(here: Running, schedule_id: Id, occurrence: Occurrence, reason: Reason = "") -> Printed:
    """Hủy một lần của lịch phát; những lần khác vẫn giữ."""
    asked = {"original_at": instant(occurrence), "reason": reason}
    return _whole(here.ask(ScheduleWhole, "POST", f"/schedules/{schedule_id}/occurrences/cancel", asked))


@schedule.command("move")
def move(
    here: Running,
    schedule_id: Id,
    occurrence: Occurrence,
    to: Annotated[str, typer.Option(help="Giờ mới, như 2026-11-28T16:30; giờ gốc là bỏ việc dời.")],
    meeting: Meets = "refuse",
    check: Check = False,
) -> Printed:
    """Dời một lần của lịch phát sang giờ khác."""
    asked = {"original_at": instant(occurrence), "to": instant(to), "meeting": meeting}
    if check:
        path = f"/schedules/{schedule_id}/occurrences/foresee"
        return _outlook(here.ask(ScheduleForesight, "POST", path, asked))
    return _whole(here.ask(ScheduleWhole, "POST", f"/schedules/{schedule_id}/occurrences/move", asked))


@day_off.command("list")
def list_days_off(here: Running, year: Year) -> Printed:
    """Các ngày nghỉ của một năm: ngày lễ và ngày riêng của tỉnh."""
    found = here.ask(list[DayOffShown], "GET", f"/days-off?year={year}")
    return Printed(found, map(_day_line, found))


@day_off.command("set")
def set_day_off(
    here: Running,
    day: Day,
    name: Annotated[str, typer.Option(help="Tên ngày.")],
    works: Annotated[bool, typer.Option("--works", help="Ngày lễ này vẫn phát như thường.")] = False,
) -> Printed:
    """Thêm hoặc đổi một ngày nghỉ riêng của tỉnh; lịch phát theo ngay."""
    found = here.ask(DayOffShown, "POST", "/days-off", {"day": day, "name": name, "off": not works})
    return Printed(found, [_day_line(found)])


@day_off.command("remove")
def remove_day_off(here: Running, day: Day) -> str:
    """Bỏ một ngày khỏi danh sách của tỉnh; ngày lễ lại theo lịch nhà nước."""
    here.call("DELETE", f"/days-off/{day}")
    return f"Đã bỏ ngày {day}."


def _whole(found: ScheduleWhole) -> Printed:
    return Printed(found, lines(found))


def _outlook(found: ScheduleForesight) -> Printed:
    return Printed(found, _outlook_lines(found))


def _day_line(one: DayOffShown) -> str:
    return "\t".join([one.day.isoformat(), "nghỉ" if one.off else "vẫn phát", one.name])


def _line(schedule: ScheduleShown) -> str:
    """Return one line of a list: id, state, title, where."""
    return "\t".join([schedule.id, _STATES[schedule.state], schedule.title, schedule.where])


def lines(schedule: ScheduleWhole) -> Iterator[str]:
    """Yield the lines with all details of one schedule."""
    yield _line(schedule)
    yield from (f"  {part}" for part in schedule.rule.splitlines())
    for one in schedule.next:
        moved = f" (dời từ {_wall(one.original_at)})" if one.starts_at != one.original_at else ""
        yield f"{_wall(one.starts_at)}\tâm lịch {one.lunar}\t{one.airing or 'chưa tạo lượt phát'}{moved}"


def _outlook_lines(outlook: ScheduleForesight) -> Iterator[str]:
    """Yield the lines about conflicts of occurrences: time, other airing, loss, and possible actions."""
    for one in outlook.occurrences:
        starts = _wall(one.starts_at)
        for conflict in one.conflicts:
            title = f" «{conflict.other_title}»" if conflict.other_title else ""
            choices = ", ".join(_CHOICES[choice] for choice in conflict.choices)
            where = ", ".join(conflict.areas)
            meets = f"{_KINDS[conflict.kind]}{title} ở {where}, mất {conflict.seconds_lost:.0f} giây"
            yield f"{starts}\t{meets}\tcó thể: {choices}"
        if one.conflicts and one.clear_at:
            yield f"{starts}\tsớm nhất không vướng: {_wall(one.clear_at)}"
    met = sum(bool(one.conflicts) for one in outlook.occurrences)
    yield f"{len(outlook.occurrences)} lần phát trong hai tuần tới, {met} lần bị vướng."
    for other in outlook.year:
        who = "lịch này nhường" if other.yields else "bên kia nhường"
        where = f"«{other.title}» ở {', '.join(other.areas)}"
        yield f"{_wall(other.first_at)}\ttrùng giờ với {where}, {other.times} lần trong một năm, {who}"
    if outlook.year_in_all > len(outlook.year):
        yield f"Và {outlook.year_in_all - len(outlook.year)} lịch khác trùng giờ trong một năm tới."
    if outlook.nodes_away:
        yield f"Đang mất kết nối {outlook.nodes_away} trong {outlook.nodes} cụm loa."


def _wall(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _given(value) if isinstance(value, dict) else value
        for name, value in asked.items()
        if value is not None and value != []
    }
