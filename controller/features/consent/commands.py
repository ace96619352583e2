"""`loa answer`: a commune's word on what is planned above it; docs/operator.md explains every one."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer

from controller.model.local_time import wall
from controller.terminal.cli_errors import AsJson, print_json, told

answer = typer.Typer(help="Xã trả lời: đồng ý phát hay không, lượt ưu tiên nào trước.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt phát, hoặc mã lịch phát với --schedule.")]
IsSchedule = Annotated[bool, typer.Option("--schedule", help="Trả lời cho mọi lần của một lịch phát.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đặt và người đọc nhật ký.")]
_SUBJECTS = {"airing": "lượt phát", "schedule": "lịch phát"}
Station = Annotated[str | None, typer.Option(help="Địa chỉ trang của đài.")]


@answer.command("list")
@told
def index(station: Station = None, as_json: AsJson = False) -> None:
    """Liệt kê những gì đang chờ xã trả lời."""
    from controller.client.http_client import signed_in

    with signed_in(station) as here:
        found = here.call("GET", "/questions")
    if as_json:
        print_json({"questions": found})
        return
    for one in found:
        typer.echo(_line(one))


@answer.command("yes")
@told
def yes(subject: Id, schedule: IsSchedule = False, station: Station = None, as_json: AsJson = False) -> None:
    """Đồng ý phát ở xã."""
    _answer(subject, {"agrees": True}, schedule=schedule, station=station, as_json=as_json)


@answer.command("no")
@told
def no(
    subject: Id,
    schedule: IsSchedule = False,
    reason: Reason = "",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Không phát ở xã; lời đáp mới nhất là lời đáp có hiệu lực."""
    asked = {"agrees": False, "reason": reason}
    _answer(subject, asked, schedule=schedule, station=station, as_json=as_json)


@answer.command("collisions")
@told
def collisions(station: Station = None, as_json: AsJson = False) -> None:
    """Liệt kê các lượt phát ưu tiên trùng giờ ở xã."""
    from controller.client.http_client import signed_in

    with signed_in(station) as here:
        found = here.call("GET", "/collisions")
    if as_json:
        print_json({"collisions": found})
        return
    for pair in found:
        typer.echo(f"{_side_line(pair['one'])}\n{_side_line(pair['other'])}\n")


@answer.command("order")
@told
def order(
    first: Annotated[str, typer.Argument(metavar="TRƯỚC", help="Mã lượt phát đi trước.")],
    then: Annotated[str, typer.Argument(metavar="SAU", help="Mã lượt phát ngay sau đó.")],
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Xếp hai lượt phát ưu tiên trùng giờ ở xã: lượt nào trước, lượt nào ngay sau."""
    from controller.client.http_client import signed_in

    with signed_in(station) as here:
        done = here.call("POST", "/collisions/order", {"first": first, "then": then})
    if as_json:
        print_json(done)
        return
    typer.echo(f"{done['airing']}: phát lúc {_wall_of(done['starts_at'])}.")


def _answer(
    subject: str, asked: dict[str, object], *, schedule: bool, station: str | None, as_json: bool
) -> None:
    from controller.client.http_client import signed_in

    kind = "schedules" if schedule else "airings"
    with signed_in(station) as here:
        said = here.call("POST", f"/{kind}/{quote(subject, safe='')}/answer", asked)
    if as_json:
        print_json(said)
        return
    typer.echo(f"{said['area']}: {'đồng ý phát' if said['agrees'] else 'không phát'}.")


def _side_line(side: dict[str, Any]) -> str:
    """Return one line of a pair: id, when it starts, title."""
    return "\t".join([side["airing"], _wall_of(side["starts_at"]), side["title"]])


def _wall_of(instant: str) -> str:
    """Return an instant of the interface as an officer reads it."""
    return wall(datetime.fromisoformat(instant))


def _line(question: dict[str, Any]) -> str:
    """Return one line of a list: what it is, its id, when next, title, who asks."""
    starts = question["starts_at"]
    at = _wall_of(starts) if starts else "chưa có lần nào"
    fields = [_SUBJECTS[question["subject"]], question["id"], at, question["title"], question["asked_by"]]
    return "\t".join(fields)
