"""Reads a list of loudspeakers as officers keep it in a spreadsheet; pure. Its columns: docs/operator.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from controller.errors import BadInput
from controller.features.maps.position_files import PLACE_COLUMNS, degrees_of
from controller.model.plain_text import one_line
from controller.model.spreadsheets import TableRow, columns_named, table_rows
from devices.ids import AreaCode

MOST_LISTED = 1000
"""Lines of one list: a page shows what each would do."""
LONGEST_LIST = 300_000
"""Characters of one list: 300 a line."""
LONGEST_NAME, LONGEST_EQUIPMENT, LONGEST_TELEPHONE = 200, 200, 30
_FEWEST_DIGITS, _MOST_DIGITS, _WITHOUT_ZERO = 8, 15, 9
_COLUMNS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"ten", "ten cum loa", "ten loa", "ten goi", "cum loa", "name"}),
    "place": frozenset(
        {"dia ban", "ma dia ban", "ma xa", "ma xa phuong", "xa", "xa phuong", "phuong xa", "phuong", "area"}
        | {"don vi", "ma don vi", "area code"}
    ),
    **PLACE_COLUMNS,
    "equipment": frozenset({"thiet bi", "phan cung", "loai thiet bi", "may", "hardware", "equipment"}),
    "telephone": frozenset(
        {"dien thoai", "so dien thoai", "sdt", "dt", "sim", "so sim", "telephone", "phone"}
    ),
}
_NEEDED = ("name", "place")


@dataclass(frozen=True, slots=True)
class ListedNode:
    """One line; `fault` says what is wrong with it and what to do, empty where nothing is."""

    line: int
    name: str
    place: str
    """Area as it was written: code or name."""
    area: AreaCode | None = None
    id: str = ""
    """Empty: the station finds the loudspeaker by area and name, or gives it a free id."""
    equipment: str = ""
    telephone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class NodeList:
    """The lines of a list, and the headings of columns that are not read."""

    lines: Sequence[ListedNode]
    ignored: Sequence[str]


def nodes_listed(text: str, area_of: Callable[[str], AreaCode | None]) -> NodeList:
    """Return what a list says; BadInput for one without headings, without lines, or with too many."""
    if len(text) > LONGEST_LIST:
        raise BadInput("Danh sách quá dài. Hãy chia ra nhiều tệp.", code="list.too-long")
    rows = table_rows(text)
    if not rows:
        raise BadInput("Danh sách trống. Hãy chọn tệp hoặc dán bảng vào.", code="list.empty")
    columns = _columns_of(rows[0])
    if len(rows) == 1:
        raise BadInput("Danh sách chỉ có dòng tiêu đề, chưa có cụm loa nào.", code="list.empty")
    if len(rows) - 1 > MOST_LISTED:
        raise BadInput(
            f"Mỗi lần nhập được {MOST_LISTED} cụm loa. Hãy chia danh sách ra.", code="list.too-long"
        )
    ignored = [cell for at, cell in enumerate(rows[0].cells) if cell and at not in columns.values()]
    return NodeList([_node(row, columns, area_of) for row in rows[1:]], ignored)


def _columns_of(heading: TableRow) -> Mapping[str, int]:
    found = columns_named(heading, _COLUMNS)
    if any(name not in found for name in _NEEDED):
        seen = ", ".join(f"“{cell}”" for cell in heading.cells if cell)[:200]
        raise BadInput(
            "Dòng đầu phải là tiêu đề cột, trong đó có “Tên” và “Địa bàn” (có thể thêm: Mã cụm loa, Vĩ độ, "
            f"Kinh độ, Thiết bị, Điện thoại). Dòng đầu đang là: {seen}.",
            code="list.no-headings",
        )
    return found


def _node(row: TableRow, columns: Mapping[str, int], area_of: Callable[[str], AreaCode | None]) -> ListedNode:
    cells = {name: row.cells[at] if at < len(row.cells) else "" for name, at in columns.items()}
    one = ListedNode(
        line=row.line,
        name=one_line(cells["name"]),
        place=cells["place"],
        area=area_of(cells["place"]) if cells["place"] else None,
        id=cells.get("id", ""),
        equipment=one_line(cells.get("equipment", "")),
        telephone=_telephone(one_line(cells.get("telephone", ""))),
    )
    north, east = cells.get("latitude", ""), cells.get("longitude", "")
    degrees = degrees_of(north, east)
    if degrees is not None:
        one = replace(one, latitude=degrees[0], longitude=degrees[1])
    return replace(one, fault=_fault_of(one, north, east))


def _fault_of(one: ListedNode, north: str, east: str) -> str:
    """Return what is wrong with a line by itself."""
    digits = sum(letter.isdecimal() for letter in one.telephone)
    is_dialled = _FEWEST_DIGITS <= digits <= _MOST_DIGITS and not one.telephone.strip("0123456789 +.-()")
    too_long = len(one.name) > LONGEST_NAME or len(one.equipment) > LONGEST_EQUIPMENT
    faults = (
        (not one.name, "Thiếu tên. Hãy đặt tên cho cụm loa, như “Cụm 3, chợ Xóm Mới”."),
        (too_long, f"Tên hoặc thiết bị dài quá {LONGEST_NAME} ký tự. Hãy viết ngắn lại."),
        (not one.place, "Thiếu địa bàn. Hãy ghi mã hoặc tên xã, phường."),
        (
            one.area is None,
            f"Không có địa bàn “{one.place}” trong phạm vi của bạn. Hãy ghi đúng mã hoặc tên xã, phường.",
        ),
        (
            (north or east) and one.latitude is None,
            f"Vị trí “{north}; {east}” không phải vĩ độ, kinh độ. Hãy ghi như 12,2451 và 109,1943.",
        ),
        (
            one.telephone and (not is_dialled or len(one.telephone) > LONGEST_TELEPHONE),
            f"Số điện thoại “{one.telephone}” không đúng. Hãy ghi từ 8 đến 15 chữ số, hoặc để trống.",
        ),
    )
    return next((sentence for is_so, sentence in faults if is_so), "")


def _telephone(cell: str) -> str:
    """Return a number as it is dialled: a spreadsheet drops the zero that it begins with."""
    return f"0{cell}" if cell.isdecimal() and len(cell) == _WITHOUT_ZERO and cell[0] != "0" else cell
