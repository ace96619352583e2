"""The limits that bind an area's loudspeakers, and the area that each limit comes from; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.ids import AreaCode
from devices.statements import Policy


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit in words, and the areas whose policy it comes from."""

    name: str
    value: str
    sources: tuple[AreaCode, ...]


def binding(policies: Mapping[AreaCode, Policy], lineage: Sequence[AreaCode]) -> list[Limit]:
    """Return the limits of an area: the strictest of its own policy and of the policies of areas above it."""
    bound = [(code, policies[code]) for code in reversed(lineage) if code in policies]
    if not bound:
        return []
    spans: dict[str, list[AreaCode]] = {}
    for code, policy in bound:
        for hours in policy.quiet_hours:
            spans.setdefault(f"{hours.begins}–{hours.ends}", []).append(code)
    softer = [
        Limit("Giờ phát nhỏ hơn", f"{one.begins}–{one.ends}: tối đa {one.loudest_volume}%", (code,))
        for code, policy in bound
        for one in policy.volumes
    ]
    loudest = min(policy.loudest_volume for _, policy in bound)
    minutes = min(policy.minutes_a_day for _, policy in bound)
    alone = min(policy.alone_days for _, policy in bound)
    quiet = [Limit("Giờ yên lặng", span, tuple(codes)) for span, codes in spans.items()]
    return [
        *(quiet or [Limit("Giờ yên lặng", "không có", ())]),
        Limit("Âm lượng lớn nhất", f"{loudest}%", _of(bound, "loudest_volume", loudest)),
        *softer,
        Limit("Thời lượng mỗi ngày", f"tối đa {minutes} phút", _of(bound, "minutes_a_day", minutes)),
        Limit("Tự phát khi mất liên lạc", f"tối đa {alone} ngày", _of(bound, "alone_days", alone)),
    ]


def _of(bound: Sequence[tuple[AreaCode, Policy]], name: str, value: int) -> tuple[AreaCode, ...]:
    return tuple(code for code, policy in bound if getattr(policy, name) == value)
