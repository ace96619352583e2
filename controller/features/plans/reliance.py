"""What would not be aired without an approval: prepared alarms, schedules and airings, and their owners."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from controller.model.airing_states import OPEN
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Bulletin
from controller.model.emergencies import Prepared
from controller.model.permissions import OperatorId
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule


@dataclass(frozen=True, slots=True)
class Reliance:
    """A bulletin in use, how often, and the people to notify when its approval ends."""

    bulletin: BulletinId
    title: str
    alarms: int
    schedules: int
    airings: int
    owners: frozenset[OperatorId]
    """Its author, its approver, and who planned it or had it prepared."""

    def in_words(self) -> str:
        """Return “1 bản khẩn soạn sẵn, 2 lịch phát, 3 lượt phát”."""
        counted = (
            (self.alarms, "bản khẩn soạn sẵn"),
            (self.schedules, "lịch phát"),
            (self.airings, "lượt phát đã đặt"),
        )
        return ", ".join(f"{count} {word}" for count, word in counted if count)


_AT_ONCE = 1000
"""Bulletins named in one query: databases bound how many values a query may have."""
Chosen = Collection[BulletinId] | Select[BulletinId]
"""Bulletins by their ids, or by the query that finds them."""


def relied_upon(session: Session, bulletins: Chosen) -> list[Reliance]:
    """Return the bulletins that are used in planned or prepared airings, sorted by title; four queries.

    What is used is looked up first: that is little, where approved bulletins of years are many.
    A variant in another language counts as used where its base is used.
    """
    owners: dict[BulletinId, set[OperatorId]] = defaultdict(set)
    alarms, schedules, airings = (Counter[BulletinId]() for _ in range(3))
    for table, counts, is_used in (
        (Prepared, alarms, Prepared.released_at.is_(None)),
        (Schedule, schedules, Schedule.state == ScheduleState.RUNNING),
        (Airing, airings, Airing.state.in_(OPEN)),
    ):
        by = (table.bulletin, table.created_by)
        for bulletin, person, count in session.execute(
            select(*by, func.count()).where(is_used).group_by(*by)
        ):
            counts[bulletin] += count
            owners[bulletin].add(person)
    query = (
        select(Bulletin.id, Bulletin.title, Bulletin.author, Bulletin.variant_of, Approved.approver)
        .join(Approved, (Approved.bulletin == Bulletin.id) & (Approved.revision == Bulletin.revision))
        .where(Bulletin.id.in_(bulletins))
    )
    used, found = sorted(owners), dict[BulletinId, Reliance]()
    for begin in range(0, len(used), _AT_ONCE):
        bases = used[begin : begin + _AT_ONCE]
        for row in session.execute(query.where(or_(Bulletin.id.in_(bases), Bulletin.variant_of.in_(bases)))):
            base = row.variant_of or row.id
            people = frozenset({row.author, row.approver, *owners[base]})
            counts_of_it = (alarms[base], schedules[base], airings[base])
            if any(counts_of_it):
                found[row.id] = Reliance(row.id, row.title, *counts_of_it, people)
    return sorted(found.values(), key=lambda one: (one.title, one.bulletin))
