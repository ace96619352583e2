"""Derives the faults of a node from its facts: each kind with a sentence; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from devices.plan import EMERGENCY_FLOOR

SILENT_AFTER = timedelta(minutes=3)
"""Vitals come at least each minute: three missing ones are no chance."""
CLOCK_ERROR_LIMIT_MS = 10_000.0
"""A node that knows its time no better than this plays emergencies only; docs/protocol.md, Two trusts."""
CLOCK_PATIENCE = timedelta(minutes=2)
"""A node that has just connected needs some seconds of clock exchanges; two minutes are too many."""
LEAST_STORAGE = 16 * 1024 * 1024
"""Bytes below which the next recording may not fit."""
HOTTEST_C = 75.0
"""In the cabinet: boards are made for 85, and an afternoon adds ten to a noon."""
LEAST_BATTERY = 20.0
"""Percent: some hours are left to bring another one."""
LEAST_LEVEL_DBFS = -50.0
"""Of what is measured behind the amplifier while something sounds; speech is above -30."""
LEAST_AUDIBLE = EMERGENCY_FLOOR
"""Percent of volume."""
FLOOD_CALM = timedelta(hours=1)
"""A node that has kept to its budget for so long floods no more."""
MISSED_LIMIT = 2
"""Airings within a day that a node did not begin: one may be a power cut, two are a pattern."""

GAP_SHOWN_AFTER = timedelta(minutes=10)
"""A node repeats each minute what was not committed: a number that is missing for less may still come."""
RECEIPTS_FAULT_FOR = timedelta(days=7)
"""What is wrong in a node's receipts stays on its page for good; for a week it is a fault to look into."""


class FaultKind(StrEnum):
    """Kinds of faults, most serious first; API clients filter by them."""

    OFFLINE = "offline"
    SILENT = "silent"
    FLOODING = "flooding"
    FLAPPING = "flapping"
    AMPLIFIER = "amplifier"
    LEVEL = "level"
    MUTED = "muted"
    WITHHELD = "withheld"
    CLOCK = "clock"
    STORAGE = "storage"
    BATTERY = "battery"
    MAINS = "mains"
    TEMPERATURE = "temperature"
    MISSED = "missed"
    RECEIPTS = "receipts"


@dataclass(frozen=True, slots=True)
class NodeFault:
    """One fault in plain words; `since` if known.

    `figure`: the measured value with its unit, for technicians.
    """

    kind: FaultKind
    sentence: str
    since: datetime | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """The facts known about a node."""

    online: bool
    last_heard_at: datetime | None
    retired: bool = False
    quarantined: bool = False
    online_at: datetime | None = None
    """When it came, or went."""
    has_told: bool = False
    """Whether any vitals came in this life."""
    sounding: str | None = None
    clock_error_ms: float | None = None
    storage_free: int | None = None
    temperature_c: float | None = None
    battery_percent: float | None = None
    mains: bool | None = None
    amplifier_ok: bool | None = None
    level_dbfs: float | None = None
    volume: int | None = None
    """As the node told it last."""
    loudest: int = 100
    """Its own cap of the volume."""
    flooded_at: datetime | None = None
    flooded: int | None = None
    missing: tuple[str, ...] = ()
    """Key sets and policies that it lacks, or its place, as it told last."""


@dataclass(frozen=True, slots=True)
class ReceiptTrouble:
    """What is wrong in the receipts that a node's key signed in the last days."""

    missing: int
    """Numbers that never came."""
    disorder: int
    """Numbers used twice, and receipts that do not follow the one before."""
    since: datetime


def reported_faults(facts: NodeFacts, now: datetime | None = None) -> tuple[NodeFault, ...]:
    """Return the faults that a node's own vitals show; `now` None: skip faults that depend on a duration."""
    return (*_sound_faults(facts), *_clock_faults(facts, now), *_house_faults(facts))


def all_faults(
    facts: NodeFacts,
    now: datetime,
    *,
    missed: int = 0,
    flapping: bool = False,
    receipts: ReceiptTrouble | None = None,
) -> tuple[NodeFault, ...]:
    """Return all faults of a node in use, most serious first.

    `missed`: airings of the last day that it did not begin; `receipts`: what is wrong in them, if anything.
    The last vitals of a node that is away are not
    counted as faults.
    """
    if facts.retired or facts.quarantined or facts.last_heard_at is None:
        return ()
    found = [*_link_faults(facts, now), *_floods(facts, now)]
    if flapping:
        found.append(
            NodeFault(FaultKind.FLAPPING, "Kết nối chập chờn: mất rồi có lại nhiều lần trong một giờ.")
        )
    if facts.online:
        found += [*_withheld(facts), *reported_faults(facts, now)]
    if missed >= MISSED_LIMIT:
        found.append(NodeFault(FaultKind.MISSED, f"Bỏ lỡ {missed} lượt phát trong 24 giờ qua."))
    if receipts is not None:
        found.append(_receipt_fault(receipts))
    return tuple(found)


def _withheld(facts: NodeFacts) -> Iterator[NodeFault]:
    if facts.missing:
        yield NodeFault(
            FaultKind.WITHHELD,
            "Không nhận được bộ khóa, quy định hoặc nơi đặt mới: đường truyền lỗi, hoặc có người chặn ở trạm "
            "trung chuyển. Quá một giờ, cụm loa chỉ còn phát khẩn cấp.",
            figure=", ".join(facts.missing),
        )


def _receipt_fault(trouble: ReceiptTrouble) -> NodeFault:
    said = []
    if trouble.missing:
        said.append(
            f"Thiếu {trouble.missing} biên nhận: bị chặn trên đường về đài, hoặc bộ nhớ của cụm loa đã đầy."
        )
    if trouble.disorder:
        said.append(
            "Biên nhận không nối nhau hoặc trùng số: thẻ nhớ bị chép lại, hoặc khóa của cụm loa ở trong tay "
            "người khác."
        )
    return NodeFault(FaultKind.RECEIPTS, " ".join(said), trouble.since)


def _link_faults(facts: NodeFacts, now: datetime) -> Iterator[NodeFault]:
    if not facts.online:
        minutes = _minutes(now, facts.online_at)
        yield NodeFault(FaultKind.OFFLINE, f"Mất kết nối đã {minutes} phút.", facts.online_at)
    elif facts.last_heard_at is not None and now - facts.last_heard_at > SILENT_AFTER:
        minutes = _minutes(now, facts.last_heard_at)
        yield NodeFault(
            FaultKind.SILENT, f"Còn kết nối nhưng không trả lời đã {minutes} phút.", facts.last_heard_at
        )


def _floods(facts: NodeFacts, now: datetime) -> Iterator[NodeFault]:
    if facts.flooded_at is not None and now - facts.flooded_at < FLOOD_CALM:
        yield NodeFault(
            FaultKind.FLOODING,
            f"Gửi quá nhiều tin: đài đã bỏ {facts.flooded or 0} tin để còn nghe được các cụm loa khác. "
            "Có thể phần mềm của nó hỏng, hoặc mật khẩu đã lộ: hãy cách ly nếu không rõ vì sao.",
            facts.flooded_at,
        )


def _sound_faults(facts: NodeFacts) -> Iterator[NodeFault]:
    if facts.amplifier_ok is False:
        yield NodeFault(FaultKind.AMPLIFIER, "Tăng âm báo hỏng: người dân có thể không nghe thấy gì.")
    level = facts.level_dbfs
    if facts.sounding is not None and level is not None and level < LEAST_LEVEL_DBFS:
        sentence = "Đang phát nhưng ở loa gần như không có tiếng."
        yield NodeFault(FaultKind.LEVEL, sentence, figure=f"đo sau tăng âm: {_signed(level)} dBFS")
    if facts.sounding is not None and facts.volume is not None and facts.volume < LEAST_AUDIBLE:
        yield NodeFault(FaultKind.MUTED, f"Đang phát nhưng không nghe được: âm lượng chỉ {facts.volume}%.")
    elif facts.loudest < LEAST_AUDIBLE:
        sentence = (
            f"Âm lượng bị giới hạn ở {facts.loudest}%: tin thường không ai nghe được, tin khẩn phát ở "
            f"{LEAST_AUDIBLE}%."
        )
        yield NodeFault(FaultKind.MUTED, sentence)


def _clock_faults(facts: NodeFacts, now: datetime | None) -> Iterator[NodeFault]:
    error = facts.clock_error_ms
    if error is not None and error > CLOCK_ERROR_LIMIT_MS:
        sentence = "Đồng hồ không đúng giờ: cụm loa chỉ phát tin khẩn cấp."
        yield NodeFault(FaultKind.CLOCK, sentence, figure=f"sai số {error / 1000:.0f} giây")
    waited = now is not None and facts.online_at is not None and now - facts.online_at > CLOCK_PATIENCE
    if error is None and facts.has_told and waited:
        yield NodeFault(FaultKind.CLOCK, "Chưa lấy được giờ của đài: cụm loa chỉ phát tin khẩn cấp.")


def _house_faults(facts: NodeFacts) -> Iterator[NodeFault]:
    if facts.storage_free is not None and facts.storage_free < LEAST_STORAGE:
        yield NodeFault(FaultKind.STORAGE, "Bộ nhớ sắp đầy: có thể không tải được bản tin tiếp theo.")
    if facts.battery_percent is not None and facts.battery_percent < LEAST_BATTERY:
        yield NodeFault(FaultKind.BATTERY, f"Ắc quy còn {facts.battery_percent:.0f}%.")
    if facts.mains is False:
        yield NodeFault(FaultKind.MAINS, "Mất điện lưới, đang chạy bằng ắc quy.")
    if facts.temperature_c is not None and facts.temperature_c > HOTTEST_C:
        figure = f"{_signed(facts.temperature_c)} °C"
        yield NodeFault(FaultKind.TEMPERATURE, "Trong tủ thiết bị quá nóng.", figure=figure)


def _signed(figure: float) -> str:
    return f"{figure:.0f}".replace("-", "−")


def _minutes(now: datetime, since: datetime | None) -> int:
    return 0 if since is None else max(0, (now - since) // timedelta(minutes=1))
