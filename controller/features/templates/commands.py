"""`loa template`: templates of bulletins; docs/operator.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

template = typer.Typer(help="Mẫu bản tin: danh sách, thêm, xóa.", no_args_is_help=True)

Title = Annotated[str, typer.Argument(metavar="TITLE", help="Tên mẫu, cũng là tiêu đề bản tin.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]
AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]


@template.command("list")
@told
def index(*, as_json: AsJson = False) -> None:
    """Liệt kê các mẫu, của ai và khi nào; mẫu có sẵn đứng sau."""
    from controller.features.templates.local import templates_here

    found = templates_here()
    if as_json:
        print_json({"templates": found})
        return
    for one in found:
        kept = f"{one['area']}\t{one['added_by']} {one['added_at'][:10]}" if one["area"] else "có sẵn"
        typer.echo(f"{one['title']}\t{kept}")


@template.command("add")
@told
def add(
    title: Title,
    text: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp chữ (UTF-8) có lời của mẫu; - là đầu vào chuẩn.")
    ],
    name: AsPerson,
    area: Area = None,
) -> None:
    """Thêm một mẫu từ tệp chữ; chỗ cần điền ghi trong ngoặc vuông, như [ngày]."""
    from controller.features.imports.bulletin_files import written_in
    from controller.features.templates.local import add_here

    typer.echo(f"Đã thêm mẫu «{add_here(title, written_in(text), area=area, as_name=name)}».")


@template.command("remove")
@told
def remove(title: Title, name: AsPerson, area: Area = None) -> None:
    """Xóa một mẫu của địa bàn; bản tin đã tạo từ mẫu ấy vẫn giữ."""
    from controller.features.templates.local import remove_here

    remove_here(title, area=area, as_name=name)
    typer.echo(f"Đã xóa mẫu «{title}».")
