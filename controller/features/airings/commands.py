"""`loa timetable` and `loa air`; docs/commands.md explains both."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.clocks import utc_now
from controller.errors import BadInput
from controller.model.local_time import ZONE, wall
from controller.terminal.commands import Commands, Printed
from controller.terminal.options import AtStation, Meets, Reason, instant
from devices.ids import AreaCode

airing = Commands()
Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt phát.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands into the program."""
    app.command()(timetable)
    app.command()(air)


@airing.command("stop")
def stop(airing_id: Id, reason: Reason = "", station: AtStation = None) -> Printed:
    """Dừng một lượt phát ở mọi nơi, chưa phát hay đang phát."""
    from controller.client.http_client import signed_in

    with signed_in(station) as here:
        found = here.call("POST", f"/airings/{airing_id}/stop", {"reason": reason})
    return Printed(found, [f"Đã dừng {found['id']}: {found['title']}."])


@airing.command("move")
def move(
    airing_id: Id,
    to: Annotated[str, typer.Option(help="Giờ mới, như 2026-11-28T16:30.")],
    meeting: Meets = "refuse",
    station: AtStation = None,
) -> Printed:
    """Dời một lượt chưa phát sang giờ khác; của một lịch phát thì chỉ lần này."""
    from controller.client.http_client import signed_in

    asked = {"to": instant(to), "meeting": meeting}
    with signed_in(station) as here:
        new = here.call("POST", f"/airings/{airing_id}/move", asked)
    return Printed(new, [f"Đã dời; lượt phát mới: {new['airing'] or 'tạo trước giờ phát 14 ngày'}."])


def timetable(
    area: Annotated[str, typer.Option(help="Mã địa bàn.")],
    since: Annotated[str | None, typer.Option("--from", help="Từ ngày nào, như 2026-12-01.")] = None,
    days: Annotated[int, typer.Option(help="Bao nhiêu ngày.")] = 1,
) -> Printed:
    """Loa của một địa bàn sẽ phát gì, đúng từng giây."""
    from controller.client.local_client import reading
    from controller.features.airings.timetables import MOST_DAYS, timetable_of

    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"Số ngày phải từ 1 đến {MOST_DAYS}.", code="timetable.days")
    now = utc_now()
    begins = now if since is None else datetime.combine(_day(since), time(), ZONE)
    with reading() as session:
        found = timetable_of(session, AreaCode(area), begins, begins + timedelta(days=days), now)
    return Printed(found, _timetable_lines(found))


def _timetable_lines(found: Any) -> Iterator[str]:
    for slot in found.slots:
        cut = " (không trọn)" if slot.cut else ""
        turns = f" × {slot.turns} lượt, hết lúc {wall(slot.over_at)}" if slot.turns > 1 else ""
        yield f"{wall(slot.starts_at)}  {slot.seconds:.0f} giây{cut}{turns}  {slot.title}"
    if not found.slots:
        yield "Không có gì phát trong thời gian này."
    if found.waiting:
        yield f"Còn {len(found.waiting)} lượt chờ duyệt, chưa chắc được phát."


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"Không hiểu ngày «{text}». Hãy viết như 2026-12-01.", code="timetable.day") from None


def air(
    text_file: Annotated[Path, typer.Option(help="Tệp văn bản UTF-8; «-» là đầu vào chuẩn.")],
    area: Annotated[list[str], typer.Option(help="Mã địa bàn; có thể ghi nhiều lần.")],
    start_in: Annotated[str, typer.Option("--in", help="Bao lâu nữa thì phát: 20s, 5m, 2h.")] = "20s",
    follow: Annotated[bool, typer.Option("--follow", help="Theo dõi đến khi phát xong.")] = False,
    station: AtStation = None,
) -> None:
    """Trên đài đang chạy: soạn, duyệt và phát một văn bản, bằng hai người vận hành."""
    from controller.features.airings.air_command import air_text

    air_text(text_file, area, start_in, follow=follow, address=station)
