"""Conflicts found for an airing, as Vietnamese sentences and as JSON data; pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from controller.features.airings.conflicts import BY_POLICY, AiringConflict, ConflictKind
from controller.model.local_time import ZONE
from devices.ids import AiringId, AreaCode

NameOf = Callable[[AreaCode], str]

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_PARTS = ((4, "đêm"), (11, "sáng"), (13, "trưa"), (18, "chiều"), (22, "tối"), (24, "đêm"))
"""The part of the day up to an hour, as people here say it."""
_FEW = 2
_MINUTE = 60


def when_words(at: datetime, now: datetime) -> str:
    """Return “05:00 sáng mai”, “17:00 chiều nay” or “19:30 tối thứ Sáu, 27/11/2026”."""
    local = at.astimezone(ZONE)
    part = next(word for until, word in _PARTS if local.hour < until)
    days = (local.date() - now.astimezone(ZONE).date()).days
    near = {0: "nay", 1: "mai", -1: "qua"}.get(days)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    if near is not None:
        return f"{clock} {part} {near}"
    return f"{clock} {part} {_WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


def against_policy_sentence(
    found: Iterable[AiringConflict],
    starts_at: datetime,
    clear_at: datetime | None,
    name_of: NameOf,
    now: datetime,
) -> str:
    """Return a sentence: why policies forbid an airing, and when it could be heard."""
    first = next(iter(found))
    where = places(first.areas, name_of)
    start = when_words(starts_at, now)
    if first.kind is ConflictKind.QUIET_HOURS:
        why = (
            f"Lượt phát lúc {start} rơi vào giờ yên lặng của {where}: loa sẽ không kêu "
            f"({_long(first.loses)} không nghe được)."
        )
    else:
        why = (
            f"Lượt phát lúc {start} vượt số phút được phát trong ngày của {where} "
            f"({_long(first.loses)} không nghe được)."
        )
    if clear_at is None or clear_at == starts_at:
        return f"{why} Hãy chọn ngày, giờ khác hoặc rút ngắn bản tin."
    return f"{why} Sớm nhất có thể phát lúc {when_words(clear_at, now)}."


def meets_others_sentence(
    found: Iterable[AiringConflict],
    titles: Mapping[AiringId, str],
    clear_at: datetime | None,
    name_of: NameOf,
    now: datetime,
) -> str:
    """Return a sentence: what an airing conflicts with, which one loses how much, and the choices."""
    told = [_meeting(one, titles, name_of, now) for one in found if one.kind not in BY_POLICY]
    shown = " ".join(told[: _FEW + 1])
    more = f" Và {len(told) - _FEW - 1} lượt phát khác." if len(told) > _FEW + 1 else ""
    after = f"phát ngay sau đó ({when_words(clear_at, now)}), " if clear_at is not None else ""
    return f"{shown}{more} Hãy chọn: {after}thay thế lượt đã đặt, vẫn đặt, hoặc đổi giờ."


def places(areas: Iterable[AreaCode], name_of: NameOf) -> str:
    """Return “Phường Nha Trang và Xã Suối Dầu”, or “Phường Nha Trang và 64 địa bàn khác” for many."""
    names = [name_of(area) for area in areas]
    if len(names) <= _FEW:
        return " và ".join(names)
    return f"{names[0]} và {len(names) - 1} địa bàn khác"


def _meeting(one: AiringConflict, titles: Mapping[AiringId, str], name_of: NameOf, now: datetime) -> str:
    title = titles.get(one.other, "") if one.other is not None else ""
    where, lost, at = places(one.areas, name_of), _long(one.loses), when_words(one.since, now)
    if one.kind is ConflictKind.YIELDS:
        return f"Trùng giờ với «{title}» lúc {at} ở {where}: lượt này phải nhường, mất {lost}."
    if one.kind is ConflictKind.TAKES:
        return f"Trùng giờ với «{title}» lúc {at} ở {where}: lượt kia phải nhường, mất {lost}."
    return f"Chiếm hết số phút trong ngày của «{title}» lúc {at} ở {where}: lượt kia mất {lost}."


def _long(span: timedelta) -> str:
    seconds = max(1, round(span.total_seconds()))
    minutes, rest = divmod(seconds, _MINUTE)
    if not minutes:
        return f"{rest} giây"
    return f"{minutes} phút {rest} giây" if rest else f"{minutes} phút"
