"""What pages, JSON and commands show of a way."""

from dataclasses import dataclass

from controller.model.notice_ways import NoticeMessage, NoticeWay


@dataclass(frozen=True, slots=True)
class WayShown:
    """A way, and the message that was written last."""

    row: NoticeWay
    last: NoticeMessage | None
