"""`loa answer`: a commune's word on what is planned above it; docs/operator.md explains every one."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.client.http_client import signed_in
from controller.features.consent.schemas import (
    AnswerShown,
    CollisionShown,
    OrderShown,
    QuestionShown,
    SideShown,
)
from controller.model.local_time import wall
from controller.terminal.cli_errors import AsJson, Commands, print_found
from controller.terminal.options import AtStation

answer = Commands()

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt phát, hoặc mã lịch phát với --schedule.")]
IsSchedule = Annotated[bool, typer.Option("--schedule", help="Trả lời cho mọi lần của một lịch phát.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đặt và người đọc nhật ký.")]
_SUBJECTS = {"airing": "lượt phát", "schedule": "lịch phát"}


@answer.command("list")
def index(station: AtStation = None, as_json: AsJson = False) -> None:
    """Liệt kê những gì đang chờ xã trả lời."""
    with signed_in(station) as here:
        found = here.ask(list[QuestionShown], "GET", "/questions")
    print_found({"questions": found}, (_line(one) for one in found), as_json=as_json)


@answer.command("yes")
def yes(
    subject: Id, schedule: IsSchedule = False, station: AtStation = None, as_json: AsJson = False
) -> None:
    """Đồng ý phát ở xã."""
    _answer(subject, {"agrees": True}, schedule=schedule, station=station, as_json=as_json)


@answer.command("no")
def no(
    subject: Id,
    schedule: IsSchedule = False,
    reason: Reason = "",
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Không phát ở xã; lời đáp mới nhất là lời đáp có hiệu lực."""
    asked = {"agrees": False, "reason": reason}
    _answer(subject, asked, schedule=schedule, station=station, as_json=as_json)


@answer.command("collisions")
def collisions(station: AtStation = None, as_json: AsJson = False) -> None:
    """Liệt kê các lượt phát ưu tiên trùng giờ ở xã."""
    with signed_in(station) as here:
        found = here.ask(list[CollisionShown], "GET", "/collisions")
    print_found(
        {"collisions": found},
        (f"{_side_line(pair.one)}\n{_side_line(pair.other)}\n" for pair in found),
        as_json=as_json,
    )


@answer.command("order")
def order(
    first: Annotated[str, typer.Argument(metavar="TRƯỚC", help="Mã lượt phát đi trước.")],
    then: Annotated[str, typer.Argument(metavar="SAU", help="Mã lượt phát ngay sau đó.")],
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Xếp hai lượt phát ưu tiên trùng giờ ở xã: lượt nào trước, lượt nào ngay sau."""
    with signed_in(station) as here:
        done = here.ask(OrderShown, "POST", "/collisions/order", {"first": first, "then": then})
    print_found(done, [f"{done.airing}: phát lúc {wall(done.starts_at)}."], as_json=as_json)


def _answer(
    subject: str, asked: dict[str, object], *, schedule: bool, station: str | None, as_json: bool
) -> None:
    kind = "schedules" if schedule else "airings"
    with signed_in(station) as here:
        said = here.ask(AnswerShown, "POST", f"/{kind}/{quote(subject, safe='')}/answer", asked)
    print_found(said, [f"{said.area}: {'đồng ý phát' if said.agrees else 'không phát'}."], as_json=as_json)


def _side_line(side: SideShown) -> str:
    """Return one line of a pair: id, when it starts, title."""
    return "\t".join([side.airing, wall(side.starts_at), side.title])


def _line(question: QuestionShown) -> str:
    """Return one line of a list: what it is, its id, when next, title, who asks."""
    at = "chưa có lần nào" if question.starts_at is None else wall(question.starts_at)
    return "\t".join([_SUBJECTS[question.subject], question.id, at, question.title, question.asked_by])
