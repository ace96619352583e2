"""`loa drill`: drills and their scoreboards; docs/commands.md explains every command."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

import typer

from controller.features.drills.schemas import (
    USUAL_LEAST_PERCENT,
    USUAL_START_WITHIN_S,
    CommuneScore,
    DrillNode,
    DrillScoreboard,
    DrillShown,
)
from controller.model.drill_states import CAUSE_WORDS
from controller.model.local_time import wall
from controller.terminal.commands import Commands, Printed
from controller.terminal.options import Meets, instant
from controller.terminal.ways import Running

drill = Commands()

Id = Annotated[str, typer.Argument(metavar="MÃ", help="Mã buổi diễn tập, như «loa drill list» in.")]
At = Annotated[str, typer.Option(help="Giờ phát, như 2026-12-24T09:00.")]
Grade = Annotated[Literal["routine", "priority"], typer.Option(help="Mức; thông thường thì chờ xã đồng ý.")]
Volume = Annotated[int | None, typer.Option(min=0, max=100, help="Âm lượng.")]


@drill.command("list")
def index(here: Running) -> Printed:
    """Liệt kê các buổi diễn tập, mới nhất trước."""
    found = here.ask(list[DrillShown], "GET", "/drills")
    return Printed(found, map(_line, found), "Chưa có buổi diễn tập nào.")


@drill.command()
def plan(
    here: Running,
    name: Annotated[str, typer.Option(help="Tên buổi diễn tập.")],
    area: Annotated[list[str], typer.Option(help="Mã địa bàn; có thể ghi nhiều lần.")],
    at: At,
    bulletin: Annotated[str | None, typer.Option(help="Mã bản tin thử đã duyệt.")] = None,
    start_within: Annotated[
        int, typer.Option(min=1, max=600, help="Bắt đầu chậm nhất sau mấy giây.")
    ] = USUAL_START_WITHIN_S,
    least_percent: Annotated[
        int, typer.Option(min=1, max=100, help="Phải phát ít nhất mấy phần trăm.")
    ] = USUAL_LEAST_PERCENT,
    needs_level: Annotated[
        bool, typer.Option("--needs-level", help="Chỉ tính cụm đo được tiếng sau tăng âm.")
    ] = False,
    every_months: Annotated[int | None, typer.Option(min=1, max=12, help="Lặp lại sau mấy tháng.")] = None,
    grade: Grade = "priority",
    volume: Volume = None,
    meeting: Meets = "refuse",
) -> Printed:
    """Đặt buổi diễn tập: phát bản tin thử đã duyệt và chấm từng cụm loa."""
    asked = {
        "name": name,
        "areas": area,
        "bulletin": bulletin,
        "start_within_s": start_within,
        "least_percent": least_percent,
        "needs_level": needs_level,
        "every_months": every_months,
    }
    found = here.ask(DrillShown, "POST", "/drills", _given(asked | _start(at, grade, volume, meeting)))
    return Printed(found, [_line(found)])


@drill.command()
def show(
    here: Running,
    drill_id: Id,
    failed: Annotated[bool, typer.Option("--failed", help="Kể từng cụm loa không đạt.")] = False,
) -> Printed:
    """Bảng kết quả theo xã, phường; so với buổi trước."""
    place = f"/drills/{quote(drill_id, safe='')}"
    if failed:
        nodes: list[DrillNode] = []
        while page := here.ask(list[DrillNode], "GET", f"{place}/nodes?failed=true&after={_last(nodes)}"):
            nodes += page
        return Printed(nodes, map(_node_line, nodes), "Mọi cụm loa đều đạt.")
    found = here.ask(DrillScoreboard, "GET", place)
    return Printed(found, [_line(found.drill), *map(_commune_line, found.communes)])


@drill.command()
def retry(
    here: Running,
    drill_id: Id,
    at: At,
    grade: Grade = "priority",
    volume: Volume = None,
    meeting: Meets = "refuse",
) -> Printed:
    """Diễn tập lại riêng với những cụm loa không đạt."""
    asked = _given(_start(at, grade, volume, meeting))
    found = here.ask(DrillShown, "POST", f"/drills/{quote(drill_id, safe='')}/retry", asked)
    return Printed(found, [_line(found)])


@drill.command()
def publish(
    here: Running,
    drill_id: Id,
    public: Annotated[bool, typer.Option("--public/--not-public", help="Công bố, hay thôi công bố.")] = True,
) -> Printed:
    """Đưa bảng kết quả theo xã lên trang công khai, hoặc thôi."""
    found = here.ask(DrillShown, "POST", f"/drills/{quote(drill_id, safe='')}/publish", {"public": public})
    return Printed(found, [_line(found)])


@drill.command("stop-repeating")
def stop_repeating(here: Running, drill_id: Id) -> Printed:
    """Thôi lặp lại: sau buổi này không đặt buổi nữa."""
    found = here.ask(DrillShown, "POST", f"/drills/{quote(drill_id, safe='')}/stop-repeating")
    return Printed(found, [_line(found)])


def _start(at: str, grade: str, volume: int | None, meeting: str) -> dict[str, Any]:
    return {"starts_at": instant(at), "grade": grade, "volume": volume, "meeting": meeting}


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _last(nodes: list[DrillNode]) -> str:
    return quote(nodes[-1].node, safe="") if nodes else ""


def _line(one: DrillShown) -> str:
    if one.judged_at is None:
        said = "chưa có kết quả"
    else:
        said = "đã hủy" if one.is_cancelled else f"đạt {one.heard}/{one.counted} cụm loa"
    public = "\tđã công bố" if one.published_at else ""
    return f"{one.id}\t{wall(one.starts_at)}\t{one.name}\t{said}{public}"


def _commune_line(one: CommuneScore) -> str:
    causes = ", ".join(f"{CAUSE_WORDS[cause]} {count}" for cause, count in one.causes.items())
    before = "" if one.before_percent is None else f"\tlần trước {one.before_percent}%"
    return f"{one.area}\t{one.name}\t{one.heard}/{one.counted}{before}" + (f"\t{causes}" if causes else "")


def _node_line(one: DrillNode) -> str:
    before = "" if one.before is None else f"\tlần trước: {CAUSE_WORDS[one.before]}"
    return f"{one.node}\t{one.area}\t{one.name}\t{one.sentence}{before}"
