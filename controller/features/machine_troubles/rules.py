"""What of the facts about the station's machines is a fault, and its sentence; pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from controller.model.local_time import ZONE

LEAST_FREE: Final = 5_000_000_000
"""Bytes, as the alert LoaDiskLow: days of recordings of a province."""
BACKUP_WITHIN: Final = timedelta(days=2)
LOOKED_WITHIN: Final = timedelta(days=3)
CERTIFICATE_AHEAD: Final = timedelta(days=14)
"""Programs that renew certificates do so 30 days ahead: two weeks later they have failed for long."""
LASTS: Final = timedelta(minutes=5)
"""A fault is told once it has lasted so long, and is over once it was away so long: no restart is told."""


_LEAF: Final = (
    "Trạm nhánh «{}» mất nối với trạm gốc: loa ở đó không nhận gì mới, kể cả lệnh khẩn cấp. Hãy xem dịch vụ "
    "mosquitto và đường truyền của máy đó."
)


class TroubleKind(StrEnum):
    """Kind of fault of the station's machines."""

    BACKUP = "backup"  # none made for days
    BROKER = "broker"  # not connected
    CERTIFICATE = "certificate"  # of the pages or of the broker: ends soon
    CLOCK = "clock"  # nothing on the network sets the machine's clock
    DATABASE = "database"  # was away; told when it is back, since a notice is a row
    DISK = "disk"  # nearly full
    DOCTOR = "doctor"  # `loa doctor` found what must not exist
    DOCTOR_AWAY = "doctor-away"  # it has not looked for days
    LEAF = "leaf"  # of the tree of brokers: not connected to the root; one trouble a leaf
    STANDBY = "standby"  # fewer stations stand by than the settings say


TroubleKey = str
"""A kind, or `leaf:NAME`: what is told once, and once that it is over."""


def leaf_key(name: str) -> TroubleKey:
    """Return the key of a leaf that is away."""
    return f"{TroubleKind.LEAF}:{name}"


def kind_of(key: TroubleKey) -> str:
    """Return the kind of a trouble; of a newer release's it is none of TroubleKind."""
    return key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What one look found; None: it cannot be known, or nobody asked for it."""

    founded_at: datetime
    free_bytes: int | None = None
    broker_up: bool = True
    leaves_away: tuple[str, ...] = ()
    backup_at: datetime | None = None
    doctor_at: datetime | None = None
    doctor_findings: int = 0
    is_clock_set: bool | None = None
    standbys: int | None = None
    standbys_wanted: int = 0
    database_away: tuple[datetime, datetime] | None = None
    certificates: dict[str, datetime] = field(default_factory=dict)
    """When the certificate ends, by the machine and port that shows it: it is told to people."""


def troubles_in(facts: MachineFacts, now: datetime) -> dict[TroubleKey, str]:
    """Return each fault with its sentence."""
    found: dict[TroubleKey, str] = {
        TroubleKind.BROKER: _if(
            not facts.broker_up,
            "Đài không nối được với trạm trung chuyển. Loa vẫn phát theo kế hoạch đã nhận, nhưng không biết "
            "những gì mới. Hãy xem dịch vụ mosquitto.",
        ),
        TroubleKind.CLOCK: _if(
            facts.is_clock_set is False,
            "Không có gì chỉnh giờ cho máy chủ (NTP), nên giờ phát có thể lệch. Hãy xem dịch vụ chrony hoặc "
            "systemd-timesyncd.",
        ),
        TroubleKind.DISK: _disk(facts),
        TroubleKind.DOCTOR: _if(
            facts.doctor_findings > 0,
            f"«loa doctor» thấy {facts.doctor_findings} điều sai trong cơ sở dữ liệu. Hãy chạy «loa doctor».",
        ),
        TroubleKind.BACKUP: _old(
            facts.backup_at or facts.founded_at,
            now,
            BACKUP_WITHIN,
            "Chưa có bản sao lưu mới từ {}. Hãy xem trang Cài đặt, Sao lưu.",
        ),
        TroubleKind.DOCTOR_AWAY: _old(
            facts.doctor_at or facts.founded_at,
            now,
            LOOKED_WITHIN,
            "«loa doctor» chưa kiểm tra cơ sở dữ liệu từ {}. Hãy xem loa-doctor.timer.",
        ),
        TroubleKind.STANDBY: _standby(facts),
        TroubleKind.CERTIFICATE: _certificates(facts, now),
        TroubleKind.DATABASE: _database(facts),
    }
    found |= {leaf_key(name): _LEAF.format(name) for name in facts.leaves_away}
    return {key: sentence for key, sentence in found.items() if sentence}


def _if(is_so: bool, sentence: str) -> str:  # noqa: FBT001 - the fact itself
    return sentence if is_so else ""


def _disk(facts: MachineFacts) -> str:
    if facts.free_bytes is None or facts.free_bytes >= LEAST_FREE:
        return ""
    return f"Ổ đĩa của đài chỉ còn {facts.free_bytes / 1e9:.1f} GB trống. Đầy thì đài không ghi được gì nữa."


def _old(at: datetime, now: datetime, within: timedelta, sentence: str) -> str:
    return sentence.format(f"{at.astimezone(ZONE):%d/%m/%Y}") if now - at > within else ""


def _standby(facts: MachineFacts) -> str:
    if facts.standbys is None or facts.standbys >= facts.standbys_wanted:
        return ""
    return (
        f"Chỉ có {facts.standbys} đài chờ, lẽ ra {facts.standbys_wanted}: máy này hỏng thì không có máy nào "
        "thay. Hãy xem loa-station ở máy kia."
    )


def _certificates(facts: MachineFacts, now: datetime) -> str:
    soon = now + CERTIFICATE_AHEAD
    ends = sorted((at, place) for place, at in facts.certificates.items() if at < soon)
    said = "; ".join(f"{place} đến {at.astimezone(ZONE):%d/%m/%Y}" for at, place in ends)
    return f"Chứng thư TLS sắp hết hạn: {said}. Hết hạn thì người và loa không nối được." if said else ""


def _database(facts: MachineFacts) -> str:
    if facts.database_away is None:
        return ""
    began, ended = (f"{at.astimezone(ZONE):%H:%M ngày %d/%m}" for at in facts.database_away)
    return f"Cơ sở dữ liệu không dùng được từ {began} đến {ended}; lúc đó trang không ghi được gì."
