"""`loa map`: the outlines of the province map, and where its loudspeakers stand."""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from controller.features.areas.queries import area_tree, get_area
from controller.features.imports.bulletin_files import content_of
from controller.features.maps.outlines import edition_of, lacking, remove_outlines
from controller.features.maps.place_lists import CheckedPlace, PlaceState, check_places, place_listed
from controller.features.maps.position_files import LONGEST_PLACES, Placed, places_listed
from controller.features.maps.positions import place_nodes, positions_in
from controller.features.maps.uploads import bring_outlines
from controller.model.fleet import NodePosition, PositionSource
from controller.model.limits import LARGEST_OUTLINES
from controller.model.local_time import ZONE
from controller.model.spreadsheets import table_text
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.options import NodeName
from controller.terminal.ways import Acting, Reading
from devices.ids import AreaCode, NodeId

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


@province_map.command("place")
def place(
    here: Acting,
    name_of_node: NodeName,
    latitude: Annotated[float, typer.Argument(metavar="VĨ_ĐỘ", help="Độ, như 12.2451.")],
    longitude: Annotated[float, typer.Argument(metavar="KINH_ĐỘ", help="Độ, như 109.1943.")],
) -> str:
    """Ghi nơi đặt cột của một cụm loa lên bản đồ."""
    placed = [Placed(NodeId(name_of_node), latitude, longitude)]
    place_nodes(here, placed, source=PositionSource.MAP, **here.stamp)
    return f"Đã ghi vị trí cụm loa {name_of_node}."


@province_map.command("import-positions")
def import_positions(
    here: Acting,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp CSV: mã cụm loa, vĩ độ, kinh độ.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem thử từng dòng.")] = False,
    only_good: Annotated[bool, typer.Option("--only-good", help="Bỏ qua những dòng sai.")] = False,
) -> Printed:
    """Ghi vị trí các cụm loa trong tệp: xem thử từng dòng, rồi ghi; tất cả hoặc không gì."""
    text = table_text(content_of(file, 4 * LONGEST_PLACES))
    if dry_run:
        checked = check_places(here, places_listed(text), by=here.by)
        return Printed([_checked_fields(one) for one in checked], map(_checked_line, checked))
    done = place_listed(here, text, **here.stamp, only_good=only_good)
    counts = Counter(one.state for one in done)
    count, same = counts[PlaceState.NEW] + counts[PlaceState.MOVED], counts[PlaceState.SAME]
    said = f"Đã ghi vị trí của {count} cụm loa; {same} cụm không đổi gì."
    if counts[PlaceState.WRONG]:
        wrong = (str(one.listed.line) for one in done if one.state is PlaceState.WRONG)
        said += f" Bỏ qua {counts[PlaceState.WRONG]} dòng sai: {', '.join(wrong)}."
    return Printed({"positions": count, "lines": [_checked_fields(one) for one in done]}, [said])


@province_map.command("positions")
def list_positions(
    session: Reading, area: Annotated[str | None, typer.Option(help="Chỉ trong địa bàn này.")] = None
) -> Printed:
    """Vị trí các cụm loa đã biết."""
    tree = area_tree(session)
    below = frozenset(tree.parents)
    if area is not None:
        below = tree.below([get_area(session, AreaCode(area)).code])
    found = positions_in(session, below)
    return Printed(
        [fields_of(one, "node", "latitude", "longitude", "accuracy_m", "source", "set_at") for one in found],
        map(_position_line, found),
        none="Chưa biết vị trí của cụm loa nào.",
    )


def _checked_fields(one: CheckedPlace) -> dict[str, object]:
    listed = one.listed
    return {
        "line": listed.line,
        "node": listed.node,
        "state": one.state,
        "was": one.was,
        "fault": listed.fault,
    }


def _checked_line(one: CheckedPlace) -> str:
    said = {
        PlaceState.NEW: f"sẽ có vị trí: {one.to}",
        PlaceState.MOVED: f"sẽ đổi: {one.was} → {one.to}",
        PlaceState.SAME: "không đổi gì",
        PlaceState.WRONG: f"SAI: {one.listed.fault}",
    }
    return f"{one.listed.line}\t{one.listed.node}\t{one.name}\t{said[one.state]}"


def _position_line(one: NodePosition) -> str:
    sure = "" if one.accuracy_m is None else f"\tkhoảng {one.accuracy_m:.0f} m"
    return f"{one.node}\t{one.latitude:.6f}\t{one.longitude:.6f}\t{one.source}{sure}"


def _missing_line(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"Chưa có ranh giới ({len(names)}): {', '.join(names)}. Các nơi này vẽ bằng vòng tròn."
