"""New bulletins are told to who follows a commune and asked for it: once, when one first sounds there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_tree
from controller.features.notices.announcements import Told, announce, announced
from controller.features.notices.outbox import KEPT, LIFE
from controller.features.notices.quiet_times import after_quiet
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin, Revision
from controller.model.followers import Announcement, AnnouncementKind
from devices.ids import AreaCode

MOST_A_DAY: Final = 10
"""Bulletins of which a commune's followers are told in 24 hours; more would have them stop following."""
_QUIET: Final = ("21:00", "06:00")
"""Nobody is woken by a bulletin that is not an emergency."""


def announce_bulletin(session: Session, airing: Airing, *, now: datetime) -> None:
    """Tell followers where this bulletin sounds for the first time; nothing of tests, calls and repeats."""
    if airing.node is not None or airing.only_chosen or airing.every_ms is not None:
        return
    areas = _not_told(session, airing, now)
    if not areas:
        return
    query = (
        select(Bulletin.title, Bulletin.test, Revision.text)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == airing.revision))
        .where(Bulletin.id == airing.bulletin)
    )
    row = session.execute(query).one_or_none()
    if row is None or row[1]:
        return
    due = after_quiet(now, *_QUIET)
    told = Told(AnnouncementKind.BULLETIN, airing.bulletin, areas, row[0], row[2], airing.id)
    announce(session, told, now=now, due=due, until=due + LIFE)


def _not_told(session: Session, airing: Airing, now: datetime) -> tuple[AreaCode, ...]:
    tree = area_tree(session)
    targets = targets_of(session, [airing.id])[airing.id]
    before = announced(session, AnnouncementKind.BULLETIN, subject=airing.bulletin, since=now - KEPT)
    left = tree.without(targets, _areas_of(before))
    today = announced(session, AnnouncementKind.BULLETIN, since=now - LIFE)
    full = [area for area in tree.below(left) if _count(today, frozenset(tree.lineage(area))) >= MOST_A_DAY]
    return tree.without(left, full) if full else left


def _areas_of(rows: Sequence[Announcement]) -> frozenset[AreaCode]:
    return frozenset(area for row in rows for area in row.areas)


def _count(rows: Sequence[Announcement], lineage: frozenset[AreaCode]) -> int:
    return sum(not lineage.isdisjoint(row.areas) for row in rows)
