"""`loa map`: what the map of the province is drawn from; thin commands over local.py."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.cli_errors import AsJson, print_json, told

province_map = typer.Typer(help="Bản đồ: nhập ranh giới các xã, bỏ, xem.", no_args_is_help=True)

AsPerson = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người làm việc này.")]


@province_map.command("import")
@told
def import_outlines(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp GeoJSON; «-» là đầu vào chuẩn.")],
    by: AsPerson,
    field: Annotated[
        str, typer.Option(help="Thuộc tính mang mã chính thức; để trống: «id», «code», «ma_xa»…")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Vẽ bản đồ bằng ranh giới trong tệp, thay cho hình đang dùng; tệp sai thì không nhập gì."""
    from controller.features.maps.local import import_here

    taken = import_here(file, field, as_name=by)
    if as_json:
        print_json(taken)
        return
    typer.echo(f"Đã nhập ranh giới của {taken['outlines']} xã, phường, còn {taken['corners']} điểm.")
    if taken["islands_left_out"]:
        typer.echo(f"Bỏ {taken['islands_left_out']} đảo nhỏ nhất cho nhẹ hình.")
    _say_missing(taken["missing"])


@province_map.command("show")
@told
def show(*, as_json: AsJson = False) -> None:
    """Bản đồ đang vẽ bằng gì, từ bao giờ, còn thiếu ranh giới xã nào."""
    from controller.features.maps.local import shown_here

    found = shown_here()
    if as_json:
        print_json(found)
        return
    if not found["outlines"]:
        typer.echo("Hình sơ lược theo vị trí trung tâm các xã; chưa nhập ranh giới.")
        return
    on = datetime.fromisoformat(found["imported_at"])
    typer.echo(f"Ranh giới của {found['outlines']} xã, phường, nhập ngày {on:%d/%m/%Y}.")
    _say_missing(found["missing"])


@province_map.command("remove")
@told
def remove(by: AsPerson) -> None:
    """Bỏ ranh giới đã nhập; bản đồ lại là hình sơ lược."""
    from controller.features.maps.local import remove_here

    typer.echo(f"Đã bỏ ranh giới của {remove_here(as_name=by)} xã, phường. Bản đồ lại là hình sơ lược.")


def _say_missing(names: Sequence[str]) -> None:
    if names:
        typer.echo(f"Chưa có ranh giới ({len(names)}): {', '.join(names)}. Các nơi này vẽ bằng vòng tròn.")
