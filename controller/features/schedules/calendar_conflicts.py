"""Finds airings of a calendar that would play at the same time in one place, and which of two is played.

Same rule as in the loudspeakers (`devices.plan`): higher grade, then earlier start, then smaller id.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy.orm import Session

from controller.features.airings.split import turns_of_each
from controller.features.schedules.queries import recorded_ms
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.area_tree import AreaTree
from devices.ids import AiringId, AreaCode, Grade
from schedules.turns import whole_ms

MOST = 20
"""Pairs that a page names; who has more looks at one day, or at one commune."""
_OPEN = frozenset({AiringState.PLANNED, AiringState.DELIVERING})
_RANK = {Grade.EMERGENCY: 0, Grade.PRIORITY: 1, Grade.ROUTINE: 2}
_UNKNOWN = timedelta(seconds=1)
"""Length of what is not spoken yet: its beginning alone is held against the others."""


@dataclass(frozen=True, slots=True)
class AiringSpan:
    """Start, end and target areas of an airing."""

    airing: AiringId
    grade: Grade
    starts_at: datetime
    ends_at: datetime
    targets: tuple[AreaCode, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two airings that conflict: `first` is played, `yields` is not."""

    first: AiringId
    yields: AiringId


def spans_of(
    session: Session, airings: Collection[Airing], targets: Mapping[AiringId, tuple[AreaCode, ...]]
) -> list[AiringSpan]:
    """Return the future airings as spans; one query. Tests of one node have no conflicts."""
    coming = [one for one in airings if one.state in _OPEN and one.node is None]
    known = recorded_ms(session, {one.bulletin for one in coming})
    turns = turns_of_each(session, coming, targets)
    return [_span(one, known.get(one.bulletin), targets.get(one.id, ()), turns[one.id]) for one in coming]


def _span(one: Airing, recorded: int | None, targets: tuple[AreaCode, ...], turns: int) -> AiringSpan:
    milliseconds = one.duration_ms or recorded
    length = _UNKNOWN if milliseconds is None else timedelta(milliseconds=whole_ms(milliseconds, turns))
    return AiringSpan(one.id, one.grade, one.starts_at, one.starts_at + length, targets)


def clashes(spans: Sequence[AiringSpan], tree: AreaTree) -> list[Clash]:
    """Return the pairs that overlap in time and place, earliest first. Pure."""
    in_order = sorted(spans, key=lambda one: (one.starts_at, one.airing))
    covers = {
        targets: frozenset(above for area in targets for above in tree.lineage(area))
        for targets in {one.targets for one in spans}
    }
    return [
        _clash(one, other)
        for one, other in combinations(in_order, 2)
        if other.starts_at < one.ends_at
        and (covers[one.targets] & set(other.targets) or covers[other.targets] & set(one.targets))
    ]


def _clash(one: AiringSpan, other: AiringSpan) -> Clash:
    first, then = sorted((one, other), key=lambda side: (_RANK[side.grade], side.starts_at, side.airing))
    return Clash(first.airing, then.airing)
