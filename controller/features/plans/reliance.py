"""What would not be aired without an approval: prepared alarms, schedules and airings, and their owners."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
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


def relied_upon(session: Session, bulletins: Collection[BulletinId]) -> list[Reliance]:
    """Return the bulletins that are used in planned or prepared airings, sorted by title; five queries.

    A variant in another language counts as used where its base is used.
    """
    rows = session.execute(
        select(Bulletin.id, Bulletin.title, Bulletin.author, Bulletin.variant_of, Approved.approver)
        .join(Approved, (Approved.bulletin == Bulletin.id) & (Approved.revision == Bulletin.revision))
        .where(Bulletin.id.in_(bulletins))
        .order_by(Bulletin.title, Bulletin.id)
    ).all()
    bases = {row.variant_of or row.id for row in rows}
    owners: dict[BulletinId, set[OperatorId]] = defaultdict(set)
    alarms, schedules, airings = (Counter[BulletinId]() for _ in range(3))
    for table, counts, is_used in (
        (Prepared, alarms, Prepared.released_at.is_(None)),
        (Schedule, schedules, Schedule.state == ScheduleState.RUNNING),
        (Airing, airings, Airing.state.in_(OPEN)),
    ):
        query = select(table.bulletin, table.created_by, func.count()).where(
            table.bulletin.in_(bases), is_used
        )
        for bulletin, person, count in session.execute(query.group_by(table.bulletin, table.created_by)):
            counts[bulletin] += count
            owners[bulletin].add(person)
    found = []
    for row in rows:
        base = row.variant_of or row.id
        people = frozenset({row.author, row.approver, *owners[base]})
        found.append(Reliance(row.id, row.title, alarms[base], schedules[base], airings[base], people))
    return [one for one in found if one.alarms or one.schedules or one.airings]
