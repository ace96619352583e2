"""The entries of the navigation: one list for the sidebar, the phone's bar and the tests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.model.permissions import Act

_IN_BAR = 4
"""Places in a phone's bar beside “Thêm”: five words are as many as 320 px can hold."""


class MenuGroup(StrEnum):
    """Heading of a group of entries."""

    DAY = "Công việc"
    SOUND = "Loa và số liệu"
    RULE = "Quản trị"
    HELP = "Giúp đỡ"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry. `needs`: the act required (None: any signed-in person); `also`: its other pages.

    `in_bar`: the act that puts it into a phone's bar, if any; the first few are shown there,
    the others under “Thêm”.
    """

    name: str
    path: str
    icon: str
    group: MenuGroup
    needs: Act | None = None
    in_bar: Act | None = None
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a page's URL belongs to this entry."""
        if self.path == "/":
            return path == "/"
        return any(path == start or path.startswith(f"{start}/") for start in (self.path, *self.also))


PLACES = (
    MenuEntry("Hôm nay", "/", "home", MenuGroup.DAY, in_bar=Act.SEE),
    MenuEntry("Bản tin", "/ban-tin", "file-text", MenuGroup.DAY, in_bar=Act.WRITE, also=("/tao-ban-tin",)),
    MenuEntry("Chương trình", "/chuong-trinh", "list-check", MenuGroup.DAY),
    MenuEntry("Lịch phát", "/lich", "calendar-time", MenuGroup.DAY, in_bar=Act.AIR, also=("/loa-xa",)),
    MenuEntry("Chờ duyệt", "/duyet", "checklist", MenuGroup.DAY, needs=Act.APPROVE, in_bar=Act.APPROVE),
    MenuEntry("Theo dõi phát", "/phat", "broadcast", MenuGroup.DAY, in_bar=Act.SEE),
    MenuEntry("Phát khẩn", "/khan", "alert-octagon", MenuGroup.DAY, needs=Act.AIR),
    MenuEntry(
        "Thông báo", "/thong-bao", "info-circle", MenuGroup.DAY, also=("/bao-cho-toi", "/bao-ra-ngoai")
    ),
    MenuEntry("Cụm loa", "/cum-loa", "speakerphone", MenuGroup.SOUND, in_bar=Act.SEE, also=("/gan-cum-loa",)),
    MenuEntry("Sự cố", "/su-co", "alert-triangle", MenuGroup.SOUND),
    MenuEntry("Bản đồ", "/ban-do", "map-2", MenuGroup.SOUND),
    MenuEntry("Báo cáo", "/bao-cao", "chart-bar", MenuGroup.SOUND),
    MenuEntry("Diễn tập", "/dien-tap", "headphones", MenuGroup.SOUND),
    MenuEntry("Phản ánh", "/phan-anh", "message-report", MenuGroup.SOUND),
    MenuEntry(
        "Thư viện",
        "/thu-vien",
        "books",
        MenuGroup.SOUND,
        also=("/giong-doc", "/phat-theo-luot", "/trung-tam"),
    ),
    MenuEntry("Người dùng", "/nguoi-dung", "users", MenuGroup.RULE, needs=Act.RULE),
    MenuEntry(
        "Quy định",
        "/quy-dinh",
        "gavel",
        MenuGroup.RULE,
        also=("/ngay-nghi", "/nhom-xa", "/tieng", "/chu-de", "/cho-ky"),
    ),
    MenuEntry("Nhật ký", "/nhat-ky", "history", MenuGroup.RULE, needs=Act.RULE),
    MenuEntry("Cài đặt", "/cai-dat", "settings", MenuGroup.RULE, needs=Act.RULE),
    MenuEntry("Trợ giúp", "/tro-giup", "help-circle", MenuGroup.HELP),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The navigation of one page for one person."""

    groups: Sequence[tuple[MenuGroup, Sequence[MenuEntry]]]
    bar: Sequence[MenuEntry]
    here: MenuEntry | None

    @property
    def here_in_bar(self) -> bool:
        """Whether the page's own entry is in the phone's bar."""
        return self.here in self.bar


def shown(may: Callable[[Act], bool], path: str, places: Iterable[MenuEntry] = PLACES) -> Shown:
    """Return the entries that a person may open; others are not shown."""
    open_to = [place for place in places if place.needs is None or may(place.needs)]
    groups = [(group, [place for place in open_to if place.group is group]) for group in MenuGroup]
    bar = [place for place in open_to if place.in_bar is not None and may(place.in_bar)][:_IN_BAR]
    here = next((place for place in open_to if place.holds(path)), None)
    return Shown([(group, found) for group, found in groups if found], bar, here)
