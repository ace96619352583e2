"""`loa topic`, `loa bulletin`: topics, failed recordings; docs/operator.md explains every command."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.client.http_client import signed_in
from controller.client.local_client import acting, reading
from controller.clocks import utc_now
from controller.features.bulletins.schemas import BulletinWhole, TopicShown
from controller.features.bulletins.topics import add_topic, bring_back_topic, end_topic, rename_topic, topics
from controller.terminal.cli_errors import AsJson, Commands, print_json
from controller.terminal.options import AsPerson, AtStation

topic = Commands()
bulletin = Commands()

Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã chủ đề, như phap-luat.")]
Name = Annotated[str, typer.Argument(metavar="TÊN", help="Tên chủ đề.")]


@topic.command("list")
def index(*, as_json: AsJson = False) -> None:
    """Liệt kê các chủ đề."""
    with reading() as session:
        found = topics(session, everything=True)
    if as_json:
        print_json({"topics": [TopicShown.of(one) for one in found]})
        return
    for one in found:
        typer.echo(f"{one.code}\t{one.name}" + ("\tthôi dùng" if one.is_ended else ""))


@topic.command("add")
def add(name: Name, as_name: AsPerson) -> None:
    """Thêm một chủ đề."""
    with acting(as_name) as (session, person):
        made = add_topic(session, name, by=person, now=utc_now())
    typer.echo(f"{made.code}\t{made.name}")


@topic.command("rename")
def rename(code: Code, name: Name, as_name: AsPerson) -> None:
    """Đổi tên một chủ đề; báo cáo của mọi tháng dùng tên mới."""
    with acting(as_name) as (session, person):
        made = rename_topic(session, code, name, by=person, now=utc_now())
    typer.echo(f"{made.code}\t{made.name}")


@topic.command("end")
def end(code: Code, as_name: AsPerson) -> None:
    """Thôi dùng một chủ đề; bản tin đã mang chủ đề ấy vẫn giữ."""
    with acting(as_name) as (session, person):
        ended = end_topic(session, code, by=person, now=utc_now())
    typer.echo(f"{ended.name}: thôi dùng.")


@topic.command("bring-back")
def bring_back(code: Code, as_name: AsPerson) -> None:
    """Dùng lại một chủ đề."""
    with acting(as_name) as (session, person):
        offered = bring_back_topic(session, code, by=person, now=utc_now())
    typer.echo(f"{offered.name}: dùng lại.")


@bulletin.command("render-again")
def render_again(
    name: Annotated[str, typer.Argument(metavar="BẢN_TIN", help="Mã bản tin, như trong địa chỉ trang.")],
    station: AtStation = None,
) -> None:
    """Dựng lại âm thanh của bản tin khi lần trước bị lỗi."""
    with signed_in(station) as here:
        row = here.ask(BulletinWhole, "POST", f"/bulletins/{quote(name, safe='')}/render-again", {})
    typer.echo(f"{row.title}: đang dựng lại âm thanh.")
