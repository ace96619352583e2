"""A list of people as somebody typed or exported it, line by line: names, roles, area; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from controller.errors import BadInput
from controller.model.permissions import OperatorRole
from controller.model.plain_text import plain
from controller.model.spreadsheets import heading_words, table_rows
from devices.ids import AreaCode

MOST_AT_ONCE = 70
"""People of one list: a password takes half a second of a processor, and the page waits for all."""
LONGEST_LIST = 20_000
"""Characters."""
_COLUMNS = 4
_ROLES = {
    "officer": OperatorRole.OFFICER,
    "soan": OperatorRole.OFFICER,
    "can bo": OperatorRole.OFFICER,
    "can bo soan": OperatorRole.OFFICER,
    "can bo soan tin": OperatorRole.OFFICER,
    "approver": OperatorRole.APPROVER,
    "duyet": OperatorRole.APPROVER,
    "can bo duyet": OperatorRole.APPROVER,
    "technician": OperatorRole.TECHNICIAN,
    "ky thuat": OperatorRole.TECHNICIAN,
    "ky thuat vien": OperatorRole.TECHNICIAN,
    "administrator": OperatorRole.ADMINISTRATOR,
    "quan tri": OperatorRole.ADMINISTRATOR,
}
_HEADINGS = frozenset({"ten dang nhap", "name"})


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One line; `fault` says what is wrong with it, empty where nothing is."""

    line: int
    name: str
    display_name: str
    roles: frozenset[OperatorRole]
    area: AreaCode
    fault: str = ""

    def wrong(self, fault: str) -> "ListedPerson":
        """Return it with what is wrong."""
        return replace(self, fault=fault)


def people_listed(text: str, area_of: Callable[[str], AreaCode | None]) -> list[ListedPerson]:
    """Return the people of a list; raise BadInput for one that is empty or too long.

    A line has sign-in name, display name, roles (joined by `+`) and area (code or name), separated by
    tabs, semicolons or commas, as a spreadsheet exports or copies them; a line of headings is left out.
    """
    cells = [(row.line, row.cells) for row in table_rows(text)]
    if cells and heading_words(cells[0][1][0]) in _HEADINGS:
        del cells[0]
    if not cells:
        raise BadInput("Danh sách chưa có ai.", code="people.none")
    if len(cells) > MOST_AT_ONCE:
        raise BadInput(
            f"Mỗi lần thêm được {MOST_AT_ONCE} người. Hãy chia danh sách ra.", code="people.too-many"
        )
    return [_person(number, found, area_of) for number, found in cells]


def _person(line: int, cells: Sequence[str], area_of: Callable[[str], AreaCode | None]) -> ListedPerson:
    name, display_name, roles, place = (*cells, *[""] * _COLUMNS)[:_COLUMNS]
    known = [_ROLES.get(" ".join(plain(role).split())) for role in roles.split("+")]
    area = area_of(place)
    found = ListedPerson(
        line, name, display_name, frozenset(role for role in known if role), area or AreaCode(place)
    )
    if len(cells) != _COLUMNS:
        return found.wrong("Cần đủ bốn cột: tên đăng nhập, họ tên, vai trò, địa bàn.")
    if None in known:
        return found.wrong(f"Không rõ vai trò «{roles}». Ghi: soạn, duyệt, kỹ thuật, quản trị; nối bằng +.")
    if area is None:
        return found.wrong(f"Không có địa bàn «{place}» trong phạm vi của bạn.")
    return found
