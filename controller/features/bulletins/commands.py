"""`loa topic`, `loa bulletin`: topics, failed recordings; docs/commands.md explains every command."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.features.bulletins.schemas import BulletinWhole, TopicShown
from controller.features.bulletins.topics import add_topic, bring_back_topic, end_topic, rename_topic, topics
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting, Reading, Running

topic = Commands()
bulletin = Commands()

Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã chủ đề, như phap-luat.")]
Name = Annotated[str, typer.Argument(metavar="TÊN", help="Tên chủ đề.")]


@topic.command("list")
def index(session: Reading) -> Printed:
    """Liệt kê các chủ đề."""
    found = topics(session, everything=True)
    return Printed(
        {"topics": [TopicShown.of(one) for one in found]},
        (f"{one.code}\t{one.name}" + ("\tthôi dùng" if one.is_ended else "") for one in found),
    )


@topic.command("add")
def add(here: Acting, name: Name) -> str:
    """Thêm một chủ đề."""
    made = add_topic(here, name, **here.stamp)
    return f"{made.code}\t{made.name}"


@topic.command("rename")
def rename(here: Acting, code: Code, name: Name) -> str:
    """Đổi tên một chủ đề; báo cáo của mọi tháng dùng tên mới."""
    made = rename_topic(here, code, name, **here.stamp)
    return f"{made.code}\t{made.name}"


@topic.command("end")
def end(here: Acting, code: Code) -> str:
    """Thôi dùng một chủ đề; bản tin đã mang chủ đề ấy vẫn giữ."""
    return f"{end_topic(here, code, **here.stamp).name}: thôi dùng."


@topic.command("bring-back")
def bring_back(here: Acting, code: Code) -> str:
    """Dùng lại một chủ đề."""
    return f"{bring_back_topic(here, code, **here.stamp).name}: dùng lại."


@bulletin.command("render-again")
def render_again(
    here: Running,
    name: Annotated[str, typer.Argument(metavar="BẢN_TIN", help="Mã bản tin, như trong địa chỉ trang.")],
) -> str:
    """Dựng lại âm thanh của bản tin khi lần trước bị lỗi."""
    row = here.ask(BulletinWhole, "POST", f"/bulletins/{quote(name, safe='')}/render-again", {})
    return f"{row.title}: đang dựng lại âm thanh."
