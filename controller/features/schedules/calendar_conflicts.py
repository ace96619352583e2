"""Finds airings of a calendar that would play at the same time in one place, and which of two is played.

Same rule as in the loudspeakers (`devices.plan`): higher grade, then earlier start, then smaller id.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.split import turns_of_each
from controller.features.schedules.queries import recorded_ms
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId
from controller.model.permissions import OperatorId
from controller.model.schedule_states import ScheduleId
from devices.ids import AiringId, AreaCode, Grade, NodeId
from schedules.turns import whole_ms

MOST = 20
"""Pairs that a page names; who has more looks at one day, or at one commune."""
_OPEN = frozenset({AiringState.PLANNED, AiringState.DELIVERING})
_RANK = {Grade.EMERGENCY: 0, Grade.PRIORITY: 1, Grade.ROUTINE: 2}
_UNKNOWN = timedelta(seconds=1)
"""Length of what is not spoken yet: its beginning alone is held against the others."""


@dataclass(slots=True)
class OpenAiring:
    """Columns of an airing that is not over; of a day's hundreds, whole rows would cost thrice as much."""

    id: AiringId
    bulletin: BulletinId
    schedule: ScheduleId | None
    node: NodeId | None
    only_chosen: bool
    state: AiringState
    grade: Grade
    starts_at: datetime
    duration_ms: int | None
    created_by: OperatorId
    linked_to: AiringId | None
    turns: int


_COLUMNS = select(*(Airing.__table__.c[one.name] for one in fields(OpenAiring)))


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


def open_airings(session: Session, names: Collection[AiringId]) -> list[OpenAiring]:
    """Return those of the airings that are not over, tests of one node left out; at most one query."""
    if not names:
        return []
    query = _COLUMNS.where(Airing.id.in_(names), Airing.state.in_(_OPEN), Airing.node.is_(None))
    return [OpenAiring(*row) for row in session.execute(query)]


def spans_of(
    session: Session, coming: Collection[OpenAiring], targets: Mapping[AiringId, tuple[AreaCode, ...]]
) -> list[AiringSpan]:
    """Return the future airings as spans; one query."""
    known = recorded_ms(session, {one.bulletin for one in coming})
    turns = turns_of_each(session, coming, targets)
    return [_span(one, known.get(one.bulletin), targets.get(one.id, ()), turns[one.id]) for one in coming]


def _span(one: OpenAiring, recorded: int | None, targets: tuple[AreaCode, ...], turns: int) -> AiringSpan:
    milliseconds = one.duration_ms or recorded
    length = _UNKNOWN if milliseconds is None else timedelta(milliseconds=whole_ms(milliseconds, turns))
    return AiringSpan(one.id, one.grade, one.starts_at, one.starts_at + length, targets)


def clashes(spans: Sequence[AiringSpan], tree: AreaTree) -> list[Clash]:
    """Return the pairs that overlap in time and place, earliest first. Pure.

    Pairs are looked for area by area: on one day of a province hundreds sound at once, each in its commune.
    """
    in_order = sorted(spans, key=lambda one: (one.starts_at, one.airing))
    covers = {
        targets: frozenset(above for area in targets for above in tree.lineage(area))
        for targets in {one.targets for one in spans}
    }
    aimed_at: dict[AreaCode, list[int]] = defaultdict(list)
    covering: dict[AreaCode, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for place, other in enumerate(in_order):
        for before, areas in ((covering, other.targets), (aimed_at, covers[other.targets])):
            for area in areas:  # what has ended by now meets nothing that begins later
                before[area] = [one for one in before[area] if other.starts_at < in_order[one].ends_at]
                pairs.update((one, place) for one in before[area])
        for area in other.targets:
            aimed_at[area].append(place)
        for area in covers[other.targets]:
            covering[area].append(place)
    return [_clash(in_order[one], in_order[other]) for one, other in sorted(pairs)]


def _clash(one: AiringSpan, other: AiringSpan) -> Clash:
    first, then = sorted((one, other), key=lambda side: (_RANK[side.grade], side.starts_at, side.airing))
    return Clash(first.airing, then.airing)
