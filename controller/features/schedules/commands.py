"""`loa schedule`: thin commands; docs/operator.md explains every one."""

from typing import Annotated, Literal

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

schedule = typer.Typer(help="Lịch phát: đặt, xem, kết thúc, hủy hoặc dời một lần.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="LỊCH", help="Mã lịch phát.")]
Occurrence = Annotated[str, typer.Argument(metavar="LẦN", help="Giờ gốc của lần phát, như 2026-11-27T17:00.")]
Station = Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đọc nhật ký.")]
Meets = Annotated[
    Literal["refuse", "after", "replace", "accept"],
    typer.Option("--meeting", help="Gặp lượt khác thì: không đặt, phát ngay sau, thay thế, hay vẫn đặt."),
]
Check = Annotated[bool, typer.Option("--check", help="Chỉ xem sẽ vướng gì, không lưu.")]
Every = Literal["once", "day", "workday", "week", "month", "month-weekday"]


@schedule.command("add")
@told
def add(
    bulletin: Annotated[str, typer.Option(help="Mã bản tin.")],
    area: Annotated[list[str], typer.Option(help="Mã địa bàn; có thể ghi nhiều lần.")],
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
    grade: Annotated[Literal["routine", "priority"], typer.Option(help="Mức của bản tin.")] = "routine",
    volume: Annotated[int | None, typer.Option(min=0, max=100, help="Âm lượng.")] = None,
    meeting: Meets = "refuse",
    check: Check = False,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Đặt lịch phát lặp lại cho một bản tin."""
    from controller.features.schedules.remote import add_schedule, look_ahead

    rule = {"every": every, "at": at, "first": first, "last": last, "times": times, "nth": nth}
    lists = {"weekdays": weekday, "days": day, "also": also, "except_days": except_day}
    skips = {"days_off": skip_days_off, "only_lunar": only_lunar, "never_lunar": never_lunar}
    asked: dict[str, object] = {"bulletin": bulletin, "areas": area, "rule": rule | lists, "skips": skips}
    asked |= {"grade": grade, "volume": volume, "meeting": meeting}
    if check:
        _tell_outlook(look_ahead(station, asked), as_json=as_json)
        return
    _tell(add_schedule(station, asked), as_json=as_json)


@schedule.command("list")
@told
def index(
    everything: Annotated[bool, typer.Option("--all", help="Cả những lịch đã kết thúc.")] = False,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các lịch phát."""
    from controller.features.schedules.remote import line, listed

    found = listed(station, everything=everything)
    if as_json:
        print_json({"schedules": found})
        return
    for one in found:
        typer.echo(line(one))


@schedule.command("show")
@told
def show(schedule_id: Id, station: Station = None, as_json: AsJson = False) -> None:
    """Xem một lịch phát và những lần sắp tới."""
    from controller.features.schedules.remote import shown

    _tell(shown(station, schedule_id), as_json=as_json)


@schedule.command("end")
@told
def end(schedule_id: Id, reason: Reason = "", station: Station = None, as_json: AsJson = False) -> None:
    """Kết thúc một lịch phát; những lượt chưa phát bị hủy."""
    from controller.features.schedules.remote import change

    _tell(change(station, schedule_id, "end", {"reason": reason}), as_json=as_json)


@schedule.command("cancel")
@told
def cancel(
    schedule_id: Id,
    occurrence: Occurrence,
    reason: Reason = "",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Hủy một lần của lịch phát; những lần khác vẫn giữ."""
    from controller.features.schedules.remote import change, instant

    asked = {"original_at": instant(occurrence), "reason": reason}
    _tell(change(station, schedule_id, "occurrences/cancel", asked), as_json=as_json)


@schedule.command("move")
@told
def move(
    schedule_id: Id,
    occurrence: Occurrence,
    to: Annotated[str, typer.Option(help="Giờ mới, như 2026-11-28T16:30; giờ gốc là bỏ việc dời.")],
    meeting: Meets = "refuse",
    check: Check = False,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Dời một lần của lịch phát sang giờ khác."""
    from controller.features.schedules.remote import change, instant

    asked = {"original_at": instant(occurrence), "to": instant(to), "meeting": meeting}
    if check:
        outlook = change(station, schedule_id, "occurrences/foresee", asked)
        _tell_outlook(outlook, as_json=as_json)
        return
    _tell(change(station, schedule_id, "occurrences/move", asked), as_json=as_json)


def _tell_outlook(found: dict[str, object], *, as_json: bool) -> None:
    from controller.features.schedules.remote import outlook_lines

    if as_json:
        print_json(found)
        return
    for text in outlook_lines(found):
        typer.echo(text)


def _tell(found: dict[str, object], *, as_json: bool) -> None:
    from controller.features.schedules.remote import lines

    if as_json:
        print_json(found)
        return
    for text in lines(found):
        typer.echo(text)
