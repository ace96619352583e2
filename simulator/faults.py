"""Faults that a fleet is told to have, and which nodes have them: chosen by the seed, so repeatable."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from devices.ids import NodeId

Fraction = Annotated[float, Field(ge=0, le=1)]


class BadFaults(ValueError):  # noqa: N818 - named after what is wrong
    """The request for faults cannot be read; `sentence` tells a person why."""

    code: ClassVar[str] = "bad-faults"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Faults(BaseModel):
    """Share of nodes that stay offline, lose chunks, are power-cycled or have a defect; 0 to 1 each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offline: Fraction = 0.0
    """Share of nodes: never connect, or drop before the start and stay away."""
    loss: Fraction = 0.0
    """Share of the arriving chunk messages: lost, at every node."""
    reboot: Fraction = 0.0
    """Share of nodes: power-cycled once, between the plan and the end of play."""
    silent: Fraction = 0.0
    """Share of nodes: the amplifier is dead, and the meter behind it says so."""
    muted: Fraction = 0.0
    """Share of nodes: the volume knob is at zero."""
    clock: Fraction = 0.0
    """Share of nodes: no clock reply arrives, so that the clock is never set."""
    full: Fraction = 0.0
    """Share of nodes: the flash is full."""


class Fate(StrEnum):
    """The fault that one node must show."""

    NEVER_CONNECTS = "never-connects"
    DROPS = "drops"
    """Loses power permanently between the plan and the first start."""
    REBOOTS = "reboots"
    SILENT = "silent"
    MUTED = "muted"
    CLOCK = "clock"
    FULL = "full"


POWER_FATES = frozenset({Fate.DROPS, Fate.REBOOTS})
"""Faults that happen at one moment; all others are there from the beginning."""
DEFECTS = frozenset({Fate.SILENT, Fate.MUTED, Fate.CLOCK, Fate.FULL})
"""Faults of a node that stays connected and is not heard."""
LEVEL_OF_NOTHING_DBFS = -85.0
"""What a meter behind a dead amplifier shows: its own noise."""
FULL_FLASH_BYTES = 4096
"""Less than the shortest recording."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """A node's fault, and at which part (0 to 1) of its time range it happens."""

    fate: Fate
    moment: float


EXAMPLE = "offline=5%,loss=2%,reboot=3%"


def parse_faults(text: str) -> Faults:
    """Read `offline=5%,loss=2%,reboot=3%` (each optional, `0.05` is 5%); otherwise raise BadFaults."""
    shares: dict[str, float] = {}
    for part in text.split(","):
        if not part.strip():
            continue
        name, equals, share = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise BadFaults(f"Không hiểu lỗi mô phỏng “{part.strip()}”. Hãy viết như: {EXAMPLE}.")
        if name not in Faults.model_fields:
            known = ", ".join(Faults.model_fields)
            raise BadFaults(f"Không có loại lỗi mô phỏng “{name}”. Các loại có thể dùng: {known}.")
        if name in shares:
            raise BadFaults(f"Loại lỗi mô phỏng “{name}” được ghi hai lần.")
        shares[name] = _share(name, share)
    return Faults(**shares)


def _share(name: str, text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise BadFaults(f"Tỷ lệ “{text}” của “{name}” không phải là số. Hãy viết như: {EXAMPLE}.") from None
    if not 0 <= value <= 1:
        raise BadFaults(f"Tỷ lệ “{text}” của “{name}” phải từ 0% đến 100%.")
    return value


def deal(nodes: Iterable[NodeId], faults: Faults, seed: int) -> dict[NodeId, Dealt]:
    """Return which nodes fail and how; the same for the same seed and nodes, in any order."""
    rng = random.Random(f"faults {seed}")  # noqa: S311 - a repeatable world
    names = sorted(nodes)
    rng.shuffle(names)
    away = _rounded(len(names) * faults.offline)
    fates = [Fate.NEVER_CONNECTS if i % 2 == 0 else Fate.DROPS for i in range(away)]
    shares = (
        (Fate.REBOOTS, faults.reboot),
        (Fate.SILENT, faults.silent),
        (Fate.MUTED, faults.muted),
        (Fate.CLOCK, faults.clock),
        (Fate.FULL, faults.full),
    )
    for fate, share in shares:
        fates += [fate] * _rounded(len(names) * share)
    return {name: Dealt(fate, rng.random()) for name, fate in zip(names, fates, strict=False)}


def _rounded(count: float) -> int:
    """Round to the nearest number, but a requested fault to at least one node."""
    return max(1, round(count)) if count > 0 else 0
