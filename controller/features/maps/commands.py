"""`loa map`: import, show and remove the outlines of the province map."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from controller.client.local_client import acting, local_store, person_named, reading
from controller.clocks import utc_now
from controller.features.imports.bulletin_files import content_of
from controller.features.maps.outlines import edition_of, lacking, remove_outlines
from controller.features.maps.uploads import bring_outlines
from controller.model.limits import LARGEST_OUTLINES
from controller.model.local_time import ZONE
from controller.terminal.cli_errors import AsJson, Commands, print_json
from controller.terminal.options import AsPerson

province_map = Commands()


@province_map.command("import")
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
    name = "" if str(file) == "-" else file.name
    with local_store() as store:
        person = person_named(store, by)
        content = BytesIO(content_of(file, LARGEST_OUTLINES))
        prepared = bring_outlines(store, content, name=name, field=field, by=person, now=utc_now())
    drawn = prepared.drawn
    if as_json:
        taken = {
            "outlines": len(drawn.shapes),
            "corners": drawn.corners,
            "tolerance_degrees": drawn.tolerance,
        }
        print_json(taken | {"islands_left_out": drawn.left_out, "missing": list(prepared.missing)})
        return
    typer.echo(f"Đã nhập ranh giới của {len(drawn.shapes)} xã, phường, còn {drawn.corners} điểm.")
    if drawn.left_out:
        typer.echo(f"Bỏ {drawn.left_out} đảo nhỏ nhất cho nhẹ hình.")
    _say_missing(prepared.missing)


@province_map.command("show")
def show(*, as_json: AsJson = False) -> None:
    """Bản đồ đang vẽ bằng gì, từ bao giờ, còn thiếu ranh giới xã nào."""
    with reading() as session:
        edition, missing = edition_of(session), lacking(session)
    count, on = (edition.count, edition.imported_at.astimezone(ZONE)) if edition else (0, None)
    if as_json:
        print_json({"outlines": count, "imported_at": on, "missing": missing})
        return
    if on is None:
        typer.echo("Hình sơ lược theo vị trí trung tâm các xã; chưa nhập ranh giới.")
        return
    typer.echo(f"Ranh giới của {count} xã, phường, nhập ngày {on:%d/%m/%Y}.")
    _say_missing(missing)


@province_map.command("remove")
def remove(by: AsPerson) -> None:
    """Bỏ ranh giới đã nhập; bản đồ lại là hình sơ lược."""
    with acting(by) as (session, person):
        count = remove_outlines(session, by=person, now=utc_now())
    typer.echo(f"Đã bỏ ranh giới của {count} xã, phường. Bản đồ lại là hình sơ lược.")


def _say_missing(names: Sequence[str]) -> None:
    if names:
        typer.echo(f"Chưa có ranh giới ({len(names)}): {', '.join(names)}. Các nơi này vẽ bằng vòng tròn.")
