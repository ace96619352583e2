"""When an airing starts, when it is too late, and the sentences that say so; pure."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.local_time import wall
from devices.ids import Grade

LATEST_AFTER = {
    Grade.ROUTINE: timedelta(minutes=10),
    Grade.PRIORITY: timedelta(minutes=30),
    Grade.EMERGENCY: timedelta(hours=24),
}
"""How late an airing of a grade may start unless its planner says otherwise."""


PACE_RECOVERY = timedelta(seconds=60)
"""From standing still to the set pace: nodes that fell behind must first have caught up."""


@dataclass(frozen=True, slots=True)
class Times:
    """Head starts and patience of the station; settings may change them."""

    horizon: timedelta = timedelta(hours=6)
    """So long before its start an airing goes into the plans: time enough for a slow link to fetch it."""
    least_lead: timedelta = timedelta(seconds=5)
    """A plan's way to the nodes, their jittered asking, and the clock exchanges before a start."""
    bytes_per_second: int = 512 * 1024
    """What chunks are sent at to each node: a recording's own time on the way is added to the lead."""
    uplink_bytes_per_second: int = 100_000_000
    """What the broker's line carries to all nodes together: of many nodes each gets a share of it."""
    each_node: timedelta = timedelta(milliseconds=2)
    """What the station and the broker do for one node before a start: its wants, its receipt, its clock."""
    called_lead: timedelta = timedelta(milliseconds=350)
    """Of an emergency that nodes hold: all who get its plan within this begin at one instant."""
    grace: timedelta = timedelta(seconds=10)
    """After the end: for the last receipts, and for clocks that are not quite right."""
    pace_share: float = 1.0
    """Of the set pace, what chunks go out at now: less where nodes fell behind."""

    def lead(self, size: int, nodes: int) -> timedelta:
        """Return the head start that a recording of that many bytes needs on its way to that many nodes."""
        return self.least_lead + self.sending(size, nodes)

    def sending(self, size: int, nodes: int) -> timedelta:
        """Return how long a recording of that many bytes is on its way to that many nodes."""
        on_the_way = size * max(1 / self.bytes_per_second, nodes / self.uplink_bytes_per_second)
        return nodes * self.each_node + timedelta(seconds=on_the_way)

    def at_present_pace(self, span: timedelta) -> timedelta:
        """Return how long it takes from now to send what takes `span` at the set pace.

        The pace grows evenly to the set one within `PACE_RECOVERY`, of which it has `pace_share` now.
        """
        share, recovery = min(1.0, self.pace_share), PACE_RECOVERY.total_seconds()
        growing = (1 - share) * recovery
        sent_by_then = (1 + share) / 2 * growing
        left = span.total_seconds()
        if left >= sent_by_then:
            return timedelta(seconds=growing + left - sent_by_then)
        return timedelta(seconds=recovery * (math.sqrt(share**2 + 2 * left / recovery) - share))


def start_for(
    starts_at: datetime, latest_start_at: datetime, grade: Grade, now: datetime, lead: timedelta
) -> datetime | None:
    """Return when it can start, not before its time and not without its lead; None: it is too late.

    An emergency always starts.
    """
    possible = max(starts_at, now + lead)
    if possible <= latest_start_at or grade is Grade.EMERGENCY:
        return possible
    return None


_NOT_READY = {
    BulletinState.DRAFT: "Bản tin chưa được gửi duyệt.",
    BulletinState.RETURNED: "Bản tin bị trả lại và chưa được sửa.",
    BulletinState.WITHDRAWN: "Bản tin đã bị rút.",
}


def why_not_ready(bulletin: BulletinState, rendering: RenderingState | None, latest: datetime) -> str:
    """Return why an airing whose latest start has passed was never delivered."""
    if bulletin in _NOT_READY:
        why = _NOT_READY[bulletin]
    elif rendering is RenderingState.FAILED:
        why = "Không dựng được tệp âm thanh."
    elif rendering is not RenderingState.READY:
        why = "Tệp âm thanh chưa dựng xong."
    elif bulletin is BulletinState.SUBMITTED:
        why = "Bản tin chưa được duyệt."
    else:
        why = "Phê duyệt của bản tin không còn hiệu lực."
    return f"Đã quá giờ phát muộn nhất ({wall(latest)}). {why}"


def too_late(latest: datetime) -> str:
    """Return the reason of an airing that is ready, but not in time."""
    return f"Không kịp gửi tới loa trước giờ phát muộn nhất ({wall(latest)})."


def cut_off(latest: datetime) -> str:
    """Return the reason of an airing whose plan no broker took in time."""
    return (
        f"Mất kết nối với máy chủ MQTT nên không gửi được kế hoạch tới loa trước giờ phát muộn nhất "
        f"({wall(latest)})."
    )


def unanswered(latest: datetime) -> str:
    """Return the reason of an airing that no commune agreed to in time."""
    return (
        f"Chưa được xã đồng ý: đến lúc phải gửi tới loa (giờ phát muộn nhất {wall(latest)}) xã chưa trả lời. "
        "Bản tin mức thông thường của cấp trên chỉ phát khi xã đồng ý."
    )


DECLINED = "Chưa được xã đồng ý: xã đã trả lời không phát bản tin này."
SILENCED = (
    "Quy định của địa bàn không cho loa kêu vào giờ này (giờ yên lặng), nên lượt phát không được gửi đi. "
    "Hãy đặt lại vào giờ khác."
)
NOBODY = "Không có cụm loa nào đang dùng trong địa bàn."
UNHEARD = (
    "Không cụm loa nào báo đã phát. Hãy xem giờ phát có nằm trong giờ yên lặng hay vượt số phút một ngày của "
    "quy định không, rồi kiểm tra kết nối của các cụm loa trong địa bàn."
)
"""Reasons of an airing whose time went by unheard."""
