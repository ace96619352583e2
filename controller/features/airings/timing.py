"""When an airing starts, when it is too late, and the sentences that say so; pure."""

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


def start_for(
    starts_at: datetime, latest_start_at: datetime, grade: Grade, now: datetime, lead: timedelta
) -> datetime | None:
    """Return when it can start, not before its start and not without its lead time; None: too late.

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
