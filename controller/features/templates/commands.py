"""`loa template`: templates of bulletins; docs/operator.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.client.local_client import acting, reading
from controller.clocks import utc_now
from controller.features.areas.queries import area_or_top, areas
from controller.features.imports.bulletin_files import written_in
from controller.features.templates.queries import templates_offered, templates_shown
from controller.features.templates.service import add_template, remove_template_named
from controller.terminal.cli_errors import AsJson, Commands, fields_of, print_json
from controller.terminal.options import AsPerson

template = Commands()

Title = Annotated[str, typer.Argument(metavar="TITLE", help="Tên mẫu, cũng là tiêu đề bản tin.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]


@template.command("list")
def index(*, as_json: AsJson = False) -> None:
    """Liệt kê các mẫu, của ai và khi nào; mẫu có sẵn đứng sau."""
    with reading() as session:
        found = templates_shown(session, templates_offered(session, [one.code for one in areas(session)]))
    if as_json:
        names = ("id", "title", "text", "places", "area", "added_by", "added_at")
        listed = [fields_of(one, *names) for one in found]
        print_json({"templates": listed})
        return
    for one in found:
        kept = f"{one.area}\t{one.added_by} {one.added_at:%Y-%m-%d}" if one.area else "có sẵn"
        typer.echo(f"{one.title}\t{kept}")


@template.command("add")
def add(
    title: Title,
    text: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp chữ (UTF-8) có lời của mẫu; - là đầu vào chuẩn.")
    ],
    name: AsPerson,
    area: Area = None,
) -> None:
    """Thêm một mẫu từ tệp chữ; chỗ cần điền ghi trong ngoặc vuông, như [ngày]."""
    written = written_in(text)
    with acting(name) as (session, person):
        place = area_or_top(session, area)
        made = add_template(session, title=title, text=written, area=place, by=person, now=utc_now())
    typer.echo(f"Đã thêm mẫu «{made.title}».")


@template.command("remove")
def remove(title: Title, name: AsPerson, area: Area = None) -> None:
    """Xóa một mẫu của địa bàn; bản tin đã tạo từ mẫu ấy vẫn giữ."""
    with acting(name) as (session, person):
        remove_template_named(session, title, area_or_top(session, area), by=person, now=utc_now())
    typer.echo(f"Đã xóa mẫu «{title}».")
