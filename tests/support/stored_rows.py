"""What tests ask of the rows that a station kept, and no page or program asks so."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.fleet.service import note_newest
from controller.features.fleet.vitals_log import append_samples, sampled
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Target
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from controller.model.journal import Entry
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule
from devices.ids import AreaCode
from devices.messages import Plan, Vitals


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path.absolute()}"


def published_plans(session: Session, area: AreaCode) -> list[Plan]:
    """Return the plans that an area's loudspeakers obey: its own and those above it."""
    lineage = area_tree(session).lineage(area)
    query = select(Published).where(Published.kind == DocumentKind.PLAN, Published.target.in_(lineage))
    rows = session.scalars(query.order_by(Published.target))
    return [Plan.model_validate_json(row.document) for row in rows]


def newest_entries(session: Session, limit: int = 100) -> Sequence[Entry]:
    """Return the newest entries, newest first."""
    return session.scalars(select(Entry).order_by(Entry.seq.desc()).limit(limit)).all()


def airings_between(
    session: Session, since: datetime, until: datetime, *, area: AreaCode | None = None
) -> Sequence[Airing]:
    """Return airings that start in [since, until), in order; with an area, those that are heard in it."""
    query = (
        select(Airing)
        .where(Airing.starts_at >= since, Airing.starts_at < until)
        .order_by(Airing.starts_at, Airing.id)
    )
    if area is not None:
        tree = area_tree(session)
        meant = set(tree.lineage(area)) | tree.below([area])
        query = query.where(Airing.id.in_(select(Target.airing).where(Target.area.in_(meant))))
    return session.scalars(query).all()


def open_airings(session: Session) -> Sequence[Airing]:
    """Return the airings that still lead to a hearing, in order of their start."""
    return session.scalars(select(Airing).where(Airing.state.in_(OPEN)).order_by(Airing.starts_at)).all()


def running_schedules(session: Session) -> Sequence[Schedule]:
    """Return the schedules that still make occurrences, oldest first."""
    query = select(Schedule).where(Schedule.state == ScheduleState.RUNNING).order_by(Schedule.id)
    return session.scalars(query).all()


def nodes_under(session: Session, area: AreaCode) -> Sequence[Node]:
    """Return the nodes in use in an area and all below it, by id."""
    codes = area_tree(session).below([area])
    query = select(Node).where(Node.area.in_(codes), Node.retired_at.is_(None)).order_by(Node.id)
    return session.scalars(query).all()


def count_nodes(session: Session) -> int:
    """Return how many nodes are in use."""
    return session.scalar(select(func.count()).select_from(Node).where(Node.retired_at.is_(None))) or 0


def note_vitals(session: Session, vitals: Iterable[Vitals], *, now: datetime) -> None:
    """Keep the vitals of each node, a whole batch in one go. They also show that a node is there."""
    vitals = list(vitals)
    append_samples(session, [sampled(one, now) for one in vitals])
    note_newest(session, [(now, told) for told in vitals])


def bulletins(session: Session) -> Sequence[Bulletin]:
    """Return all bulletins, the newest first."""
    return session.scalars(select(Bulletin).order_by(Bulletin.created_at.desc(), Bulletin.id.desc())).all()


def behind_the_triggers(world: Any, *statements: str) -> None:
    """Change the journal as whoever has the database can."""
    with world.store.write() as session:
        table = "" if session.get_bind().dialect.name == "sqlite" else " ON journal"
        dialect = session.get_bind().dialect.name
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
            if dialect == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE tgrelid = 'journal'::regclass AND NOT tgisinternal"
        )
        for name in session.scalars(text(names)).all():
            session.execute(text(f"DROP TRIGGER {name}{table}"))
        for statement in statements:
            session.execute(text(statement))
