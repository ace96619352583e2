"""`loa answer`: a commune's word on what is planned above it; docs/commands.md explains every one."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.client.http_client import RemoteStation
from controller.features.consent.schemas import (
    AnswerShown,
    CollisionShown,
    OrderShown,
    QuestionShown,
    SideShown,
)
from controller.model.local_time import wall
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running

answer = Commands()

Id = Annotated[str, typer.Argument(metavar="LƯỢT", help="Mã lượt phát, hoặc mã lịch phát với --schedule.")]
IsSchedule = Annotated[bool, typer.Option("--schedule", help="Trả lời cho mọi lần của một lịch phát.")]
Reason = Annotated[str, typer.Option(help="Lý do, cho người đặt và người đọc nhật ký.")]
_SUBJECTS = {"airing": "lượt phát", "schedule": "lịch phát"}


@answer.command("list")
def index(here: Running) -> Printed:
    """Liệt kê những gì đang chờ xã trả lời."""
    found = here.ask(list[QuestionShown], "GET", "/questions")
    return Printed({"questions": found}, map(_line, found))


@answer.command("yes")
def yes(here: Running, subject: Id, schedule: IsSchedule = False) -> Printed:
    """Đồng ý phát ở xã."""
    return _answer(here, subject, {"agrees": True}, schedule=schedule)


@answer.command("no")
def no(here: Running, subject: Id, schedule: IsSchedule = False, reason: Reason = "") -> Printed:
    """Không phát ở xã; lời đáp mới nhất là lời đáp có hiệu lực."""
    return _answer(here, subject, {"agrees": False, "reason": reason}, schedule=schedule)


@answer.command("collisions")
def collisions(here: Running) -> Printed:
    """Liệt kê các lượt phát ưu tiên trùng giờ ở xã."""
    found = here.ask(list[CollisionShown], "GET", "/collisions")
    return Printed(
        {"collisions": found}, (f"{_side_line(pair.one)}\n{_side_line(pair.other)}\n" for pair in found)
    )


@answer.command("order")
def order(
    here: Running,
    first: Annotated[str, typer.Argument(metavar="TRƯỚC", help="Mã lượt phát đi trước.")],
    then: Annotated[str, typer.Argument(metavar="SAU", help="Mã lượt phát ngay sau đó.")],
) -> Printed:
    """Xếp hai lượt phát ưu tiên trùng giờ ở xã: lượt nào trước, lượt nào ngay sau."""
    done = here.ask(OrderShown, "POST", "/collisions/order", {"first": first, "then": then})
    return Printed(done, [f"{done.airing}: phát lúc {wall(done.starts_at)}."])


def _answer(here: RemoteStation, subject: str, asked: dict[str, object], *, schedule: bool) -> Printed:
    kind = "schedules" if schedule else "airings"
    said = here.ask(AnswerShown, "POST", f"/{kind}/{quote(subject, safe='')}/answer", asked)
    return Printed(said, [f"{said.area}: {'đồng ý phát' if said.agrees else 'không phát'}."])


def _side_line(side: SideShown) -> str:
    """Return one line of a pair: id, when it starts, title."""
    return "\t".join([side.airing, wall(side.starts_at), side.title])


def _line(question: QuestionShown) -> str:
    """Return one line of a list: what it is, its id, when next, title, who asks."""
    at = "chưa có lần nào" if question.starts_at is None else wall(question.starts_at)
    return "\t".join([_SUBJECTS[question.subject], question.id, at, question.title, question.asked_by])
