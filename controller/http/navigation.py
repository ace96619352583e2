"""The places that the navigation leads to: one list, from which sidebar, phone bar and tests are drawn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.model.permissions import Act

_IN_BAR = 4
"""Places in a phone's bar beside “Thêm”: five words are as many as 320 px can hold."""


class Group(StrEnum):
    """Heading under which places stand together."""

    DAY = "Công việc"
    SOUND = "Loa và số liệu"
    RULE = "Quản trị"
    HELP = "Giúp đỡ"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry. `needs`: the act that opens it (None: whoever is signed in); `also`: its pages elsewhere.

    `in_bar`: the act by which it has a place in a phone's bar, if any; the first few stand there,
    the others under “Thêm”.
    """

    name: str
    path: str
    icon: str
    group: Group
    needs: Act | None = None
    in_bar: Act | None = None
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a page's address belongs to this place."""
        if self.path == "/":
            return path == "/"
        return any(path == start or path.startswith(f"{start}/") for start in (self.path, *self.also))


PLACES = (
    Place("Hôm nay", "/", "home", Group.DAY, in_bar=Act.SEE),
    Place("Bản tin", "/ban-tin", "file-text", Group.DAY, in_bar=Act.WRITE, also=("/tao-ban-tin",)),
    Place("Chương trình", "/chuong-trinh", "list-check", Group.DAY),
    Place("Lịch phát", "/lich", "calendar-time", Group.DAY, in_bar=Act.AIR),
    Place("Chờ duyệt", "/duyet", "checklist", Group.DAY, needs=Act.APPROVE, in_bar=Act.APPROVE),
    Place("Theo dõi phát", "/phat", "broadcast", Group.DAY, in_bar=Act.SEE),
    Place("Phát khẩn", "/khan", "alert-octagon", Group.DAY, needs=Act.AIR),
    Place("Thông báo", "/thong-bao", "info-circle", Group.DAY),
    Place("Cụm loa", "/cum-loa", "speakerphone", Group.SOUND, in_bar=Act.SEE, also=("/gan-cum-loa",)),
    Place("Sự cố", "/su-co", "alert-triangle", Group.SOUND),
    Place("Bản đồ", "/ban-do", "map-2", Group.SOUND),
    Place("Báo cáo", "/bao-cao", "chart-bar", Group.SOUND),
    Place("Phản ánh", "/phan-anh", "message-report", Group.SOUND),
    Place("Thư viện", "/thu-vien", "books", Group.SOUND),
    Place("Người dùng", "/nguoi-dung", "users", Group.RULE, needs=Act.RULE),
    Place("Quy định", "/quy-dinh", "gavel", Group.RULE, also=("/ngay-nghi", "/tieng", "/chu-de")),
    Place("Nhật ký", "/nhat-ky", "history", Group.RULE, needs=Act.RULE),
    Place("Cài đặt", "/cai-dat", "settings", Group.RULE, needs=Act.RULE),
    Place("Trợ giúp", "/tro-giup", "help-circle", Group.HELP),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The navigation of one page for one person."""

    groups: Sequence[tuple[Group, Sequence[Place]]]
    bar: Sequence[Place]
    here: Place | None

    @property
    def here_in_bar(self) -> bool:
        """Whether the page's own place stands in a phone's bar."""
        return self.here in self.bar


def shown(may: Callable[[Act], bool], path: str, places: Iterable[Place] = PLACES) -> Shown:
    """Return what a person sees of the places; one that would be refused is not drawn."""
    open_to = [place for place in places if place.needs is None or may(place.needs)]
    groups = [(group, [place for place in open_to if place.group is group]) for group in Group]
    bar = [place for place in open_to if place.in_bar is not None and may(place.in_bar)][:_IN_BAR]
    here = next((place for place in open_to if place.holds(path)), None)
    return Shown([(group, found) for group, found in groups if found], bar, here)
