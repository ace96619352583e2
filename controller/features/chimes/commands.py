"""`loa chime`: opening and closing chimes of areas; docs/operator.md explains every command."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

chime = typer.Typer(help="Nhạc hiệu riêng: danh sách, đặt, thôi dùng.", no_args_is_help=True)

Place = Annotated[
    Literal["opening", "closing"], typer.Argument(metavar="opening|closing", help="Mở đầu hay kết thúc.")
]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]
AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]


@chime.command("list")
@told
def index(*, as_json: AsJson = False) -> None:
    """Liệt kê nhạc hiệu riêng của tỉnh và các địa bàn: ai đặt, khi nào."""
    from controller.features.chimes.local import chimes_here

    found = chimes_here()
    if as_json:
        print_json({"chimes": found})
        return
    for one in found:
        typer.echo(
            f"{one['area']}\t{one['place']}\t{one['seconds']:.1f} s\t{one['added_by']} {one['added_at'][:10]}"
        )
    if not found:
        typer.echo("Chưa đặt nhạc hiệu riêng nào; mọi bản thu dùng nhạc hiệu có sẵn.")


@chime.command("choose")
@told
def choose(
    place: Place,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp âm thanh dài 1 đến 15 giây.")],
    by: AsPerson,
    area: Area = None,
) -> None:
    """Đặt nhạc hiệu cho các bản thu từ nay; thay nhạc hiệu đang dùng ở chỗ ấy."""
    from controller.features.chimes.local import choose_here

    seconds = choose_here(file, place, area=area, as_name=by)
    typer.echo(f"Đã đặt nhạc hiệu dài {seconds:.1f} giây. Bản đã thu vẫn như cũ.".replace(".", ",", 1))


@chime.command("remove")
@told
def remove(place: Place, by: AsPerson, area: Area = None) -> None:
    """Thôi dùng nhạc hiệu riêng: trở lại nhạc hiệu của cấp trên, hoặc nhạc hiệu có sẵn."""
    from controller.features.chimes.local import remove_here

    remove_here(place, area=area, as_name=by)
    typer.echo("Đã thôi dùng nhạc hiệu này. Bản đã thu vẫn như cũ.")
