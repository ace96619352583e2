"""What waits for a commune's yes or no, and what it has said: reads for its people; docs/decisions/041."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.airings.consent import ConsentStanding, commune_of, standing_in_family
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.queries import get_airing
from controller.features.consent.schemas import QuestionShown, StandingShown, Subject
from controller.features.schedules.queries import standing_of_schedule, visible_schedule
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Answer, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.permissions import Act, Operator, judge
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule, ScheduleTarget
from controller.store import one_read
from devices.ids import AiringId, AreaCode, Grade

MOST = 50
"""Questions that are told at once; the nearest first."""
_HANDED_IN = (BulletinState.SUBMITTED, BulletinState.APPROVED)
"""A commune is not asked about a draft: its words may still change."""
_PATIENCE = timedelta(days=1)
"""An airing whose start lies further back than this is over, whatever its latest start says."""


@one_read
def questions_for(session: Session, tree: AreaTree, operator: Operator, now: datetime) -> list[QuestionShown]:
    """Return what waits for this person's word, the nearest first; nothing where they may not answer."""
    home = operator.area
    lineage = tree.lineage(home)
    if commune_of(tree, home) != home or not judge(operator, Act.ANSWER, lineage).allowed:
        return []
    meant = frozenset(lineage) | tree.below([home])
    above = lineage[1:]
    found = [*_airings(session, home, meant, above, now), *_schedules(session, home, meant, above, now)]
    return sorted(found, key=lambda one: (one.starts_at is None, one.starts_at or now, one.id))[:MOST]


def _airings(
    session: Session, home: AreaCode, meant: frozenset[AreaCode], above: Sequence[AreaCode], now: datetime
) -> list[QuestionShown]:
    root = func.coalesce(Airing.linked_to, Airing.id)
    query = (
        select(root.label("root"), Airing, Bulletin.title, Account.display_name)
        .join(Target, Target.airing == Airing.id)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Account, Account.id == Airing.created_by)
        .where(Target.area.in_(meant), Target.starts_at >= now - _PATIENCE)
        .where(Airing.state == AiringState.PLANNED, Airing.grade == Grade.ROUTINE, Account.area.in_(above))
        .where(Airing.schedule.is_(None), Airing.node.is_(None), Airing.latest_start_at > now)
        .where(Bulletin.state.in_(_HANDED_IN))
        .where(~exists().where(Answer.airing == root, Answer.area == home))
        .order_by(Airing.starts_at, Airing.id)
        .limit(MOST)
    )
    found: dict[AiringId, QuestionShown] = {}
    for name, airing, title, person in session.execute(query):
        about = {"subject": Subject.AIRING, "title": title, "asked_by": person}
        question = QuestionShown.of(airing, **about, until=airing.latest_start_at, asked_at=airing.created_at)
        found.setdefault(name, question)  # several villages of the commune, or parts: one word is for all
    return list(found.values())


def _schedules(
    session: Session, home: AreaCode, meant: frozenset[AreaCode], above: Sequence[AreaCode], now: datetime
) -> list[QuestionShown]:
    next_at = (
        select(func.min(Airing.starts_at))
        .where(Airing.schedule == Schedule.id, Airing.state == AiringState.PLANNED, Airing.starts_at > now)
        .scalar_subquery()
    )
    query = (
        select(Schedule, Bulletin.title, Account.display_name, next_at)
        .join(Bulletin, Bulletin.id == Schedule.bulletin)
        .join(Account, Account.id == Schedule.created_by)
        .where(Schedule.id.in_(select(ScheduleTarget.schedule).where(ScheduleTarget.area.in_(meant))))
        .where(Schedule.state == ScheduleState.RUNNING, Schedule.grade == Grade.ROUTINE)
        .where(Bulletin.state.in_(_HANDED_IN))
        .where(Account.area.in_(above), ~_is_answered(home))
        .order_by(Schedule.id)
        .limit(MOST)
    )
    return [
        QuestionShown.of(
            row,
            subject=Subject.SCHEDULE,
            title=title,
            starts_at=starts_at,
            until=None,
            asked_by=person,
            asked_at=row.created_at,
        )
        for row, title, person, starts_at in session.execute(query)
    ]


def _is_answered(home: AreaCode) -> ColumnElement[bool]:
    return exists().where(and_(Answer.schedule == Schedule.id, Answer.area == home))


@one_read
def said_of_airing(session: Session, scope: Scope, airing_id: str) -> StandingShown:
    """Return what communes have said of an airing that the person sees."""
    airing = visible_airing(session, scope, airing_id)
    return _standing(standing_in_family(session, get_airing(session, airing.id)).values())


@one_read
def said_of_schedule(session: Session, by: Operator, schedule_id: str) -> StandingShown:
    """Return what communes have said of all occurrences of a schedule that the person sees."""
    schedule, _ = visible_schedule(session, by, schedule_id)
    return _standing([standing_of_schedule(session, schedule)])


def _standing(parts: Collection[ConsentStanding]) -> StandingShown:
    communes = {
        name: {area for part in parts for area in getattr(part, name)} for name in StandingShown.model_fields
    }
    return StandingShown(**{name: sorted(found) for name, found in communes.items()})
