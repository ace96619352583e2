"""A node's status, derived from facts and never stored; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_AFTER = timedelta(minutes=3)
"""Vitals come at least each minute: three missing ones are no chance."""
CLOCK_ERROR_LIMIT_MS = 100.0
"""A node that knows its time no better than this does not play, except an emergency."""
LEAST_STORAGE = 16 * 1024 * 1024
"""Bytes below which the next recording may not fit."""


class NodeStatus(StrEnum):
    """What a person should think of a node."""

    NEVER_SEEN = "never_seen"
    OFFLINE = "offline"
    SILENT = "silent"  # its session is up, but it tells nothing
    FAULTY = "faulty"
    SOUNDING = "sounding"
    READY = "ready"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


IN_WORDS = {
    NodeStatus.NEVER_SEEN: "chưa từng kết nối",
    NodeStatus.OFFLINE: "mất kết nối",
    NodeStatus.SILENT: "không trả lời",
    NodeStatus.FAULTY: "có trục trặc",
    NodeStatus.SOUNDING: "đang phát",
    NodeStatus.READY: "sẵn sàng",
    NodeStatus.QUARANTINED: "đang cách ly",
    NodeStatus.RETIRED: "đã ngừng dùng",
}
"""How a person reads a status."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node."""

    online: bool
    last_heard_at: datetime | None
    retired: bool = False
    quarantined: bool = False
    sounding: str | None = None
    clock_error_ms: float | None = None
    storage_free: int | None = None


def status_of(facts: NodeFacts, now: datetime) -> NodeStatus:
    """Return the status that the facts amount to."""
    if facts.retired or facts.quarantined:
        return NodeStatus.RETIRED if facts.retired else NodeStatus.QUARANTINED
    if facts.last_heard_at is None:
        return NodeStatus.NEVER_SEEN
    if not facts.online:
        return NodeStatus.OFFLINE
    if now - facts.last_heard_at > SILENT_AFTER:
        return NodeStatus.SILENT
    if faults_of(facts):
        return NodeStatus.FAULTY
    return NodeStatus.SOUNDING if facts.sounding else NodeStatus.READY


def faults_of(facts: NodeFacts) -> tuple[str, ...]:
    """Return what is wrong with an online node, a sentence each."""
    faults: list[str] = []
    if facts.clock_error_ms is not None and facts.clock_error_ms > CLOCK_ERROR_LIMIT_MS:
        faults.append(f"Đồng hồ sai số {facts.clock_error_ms:.0f} ms: cụm loa chỉ phát tin khẩn cấp.")
    if facts.storage_free is not None and facts.storage_free < LEAST_STORAGE:
        faults.append("Bộ nhớ sắp đầy: có thể không tải được bản tin tiếp theo.")
    return tuple(faults)
