"""`loa template`: templates of bulletins; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.features.areas.queries import area_or_top, areas
from controller.features.imports.bulletin_files import written_in
from controller.features.templates.queries import templates_offered, templates_shown
from controller.features.templates.schemas import BulletinTemplateShown
from controller.features.templates.service import add_template, remove_template_named
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.ways import Acting, Reading

template = Commands()

Title = Annotated[str, typer.Argument(metavar="TITLE", help="Tên mẫu, cũng là tiêu đề bản tin.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]


@template.command("list")
def index(session: Reading) -> Printed:
    """Liệt kê các mẫu, của ai và khi nào; mẫu có sẵn đứng sau."""
    found = templates_shown(session, templates_offered(session, [one.code for one in areas(session)]))
    names = ("id", "title", "text", "places", "area", "added_by", "added_at")
    return Printed({"templates": [fields_of(one, *names) for one in found]}, map(_line, found))


def _line(one: BulletinTemplateShown) -> str:
    kept = f"{one.area}\t{one.added_by} {one.added_at:%Y-%m-%d}" if one.area else "có sẵn"
    return f"{one.title}\t{kept}"


@template.command("add")
def add(
    here: Acting,
    title: Title,
    text: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp chữ (UTF-8) có lời của mẫu; - là đầu vào chuẩn.")
    ],
    area: Area = None,
) -> str:
    """Thêm một mẫu từ tệp chữ; chỗ cần điền ghi trong ngoặc vuông, như [ngày]."""
    made = add_template(here, title=title, text=written_in(text), area=area_or_top(here, area), **here.stamp)
    return f"Đã thêm mẫu «{made.title}»."


@template.command("remove")
def remove(here: Acting, title: Title, area: Area = None) -> str:
    """Xóa một mẫu của địa bàn; bản tin đã tạo từ mẫu ấy vẫn giữ."""
    remove_template_named(here, title, area_or_top(here, area), **here.stamp)
    return f"Đã xóa mẫu «{title}»."
