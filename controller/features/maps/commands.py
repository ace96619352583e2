"""`loa map`: import, show and remove the outlines of the province map."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from controller.features.imports.bulletin_files import content_of
from controller.features.maps.outlines import edition_of, lacking, remove_outlines
from controller.features.maps.uploads import bring_outlines
from controller.model.limits import LARGEST_OUTLINES
from controller.model.local_time import ZONE
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting, Reading

province_map = Commands()


@province_map.command("import")
def import_outlines(
    here: Acting,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp GeoJSON; «-» là đầu vào chuẩn.")],
    field: Annotated[
        str, typer.Option(help="Thuộc tính mang mã chính thức; để trống: «id», «code», «ma_xa»…")
    ] = "",
) -> Printed:
    """Vẽ bản đồ bằng ranh giới trong tệp, thay cho hình đang dùng; tệp sai thì không nhập gì."""
    name = "" if str(file) == "-" else file.name
    content = BytesIO(content_of(file, LARGEST_OUTLINES))
    prepared = bring_outlines(here.store, content, name=name, field=field, **here.stamp)
    drawn = prepared.drawn
    taken = {"outlines": len(drawn.shapes), "corners": drawn.corners, "tolerance_degrees": drawn.tolerance}
    left_out = f"Bỏ {drawn.left_out} đảo nhỏ nhất cho nhẹ hình." if drawn.left_out else ""
    return Printed(
        taken | {"islands_left_out": drawn.left_out, "missing": list(prepared.missing)},
        [
            f"Đã nhập ranh giới của {len(drawn.shapes)} xã, phường, còn {drawn.corners} điểm.",
            left_out,
            _missing_line(prepared.missing),
        ],
    )


@province_map.command("show")
def show(session: Reading) -> Printed:
    """Bản đồ đang vẽ bằng gì, từ bao giờ, còn thiếu ranh giới xã nào."""
    edition, missing = edition_of(session), lacking(session)
    count, on = (edition.count, edition.imported_at.astimezone(ZONE)) if edition else (0, None)
    lines = ["Hình sơ lược theo vị trí trung tâm các xã; chưa nhập ranh giới."]
    if on is not None:
        lines = [f"Ranh giới của {count} xã, phường, nhập ngày {on:%d/%m/%Y}.", _missing_line(missing)]
    return Printed({"outlines": count, "imported_at": on, "missing": missing}, lines)


@province_map.command("remove")
def remove(here: Acting) -> str:
    """Bỏ ranh giới đã nhập; bản đồ lại là hình sơ lược."""
    count = remove_outlines(here, **here.stamp)
    return f"Đã bỏ ranh giới của {count} xã, phường. Bản đồ lại là hình sơ lược."


def _missing_line(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"Chưa có ranh giới ({len(names)}): {', '.join(names)}. Các nơi này vẽ bằng vòng tròn."
