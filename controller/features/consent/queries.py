"""What waits for a commune's yes or no, and what it has said: reads for its people; docs/decisions/041."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, func, select
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
_MEANT: BindParameter[Any] = bindparam("meant", expanding=True)
"""The areas whose airings sound in the commune."""
_ABOVE: BindParameter[Any] = bindparam("above", expanding=True)


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
    asked = {"home": home, "meant": sorted(meant), "above": list(above), "now": now, "since": now - _PATIENCE}
    found: dict[AiringId, QuestionShown] = {}
    for root, name, bulletin, starts_at, latest, created_at, title, person in session.execute(
        _asked_airings(), asked
    ):
        question = QuestionShown(
            subject=Subject.AIRING,
            id=name,
            bulletin=bulletin,
            title=title,
            starts_at=starts_at,
            until=latest,
            asked_by=person,
            asked_at=created_at,
        )
        found.setdefault(root, question)  # several villages of the commune, or parts: one word is for all
    return list(found.values())


@cache
def _asked_airings() -> Select[*tuple[Any, ...]]:
    """Return the query, built once: every page of a commune asks it, and building takes longer."""
    root = func.coalesce(Airing.linked_to, Airing.id)
    fields = (Airing.id, Airing.bulletin, Airing.starts_at, Airing.latest_start_at, Airing.created_at)
    return (
        select(root, *fields, Bulletin.title, Account.display_name)
        .join(Target, Target.airing == Airing.id)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Account, Account.id == Airing.created_by)
        .where(Target.area.in_(_MEANT), Target.starts_at >= bindparam("since"))
        .where(Airing.state == AiringState.PLANNED, Airing.grade == Grade.ROUTINE, Account.area.in_(_ABOVE))
        .where(Airing.schedule.is_(None), Airing.node.is_(None), Airing.latest_start_at > bindparam("now"))
        .where(Bulletin.state.in_(_HANDED_IN))
        .where(~exists().where(Answer.airing == root, Answer.area == bindparam("home")))
        .order_by(Airing.starts_at, Airing.id)
        .limit(MOST)
    )


def _schedules(
    session: Session, home: AreaCode, meant: frozenset[AreaCode], above: Sequence[AreaCode], now: datetime
) -> list[QuestionShown]:
    asked = {"home": home, "meant": sorted(meant), "above": list(above), "now": now}
    return [
        QuestionShown(
            subject=Subject.SCHEDULE,
            id=name,
            bulletin=bulletin,
            title=title,
            starts_at=starts_at,
            until=None,
            asked_by=person,
            asked_at=created_at,
        )
        for name, bulletin, created_at, title, person, starts_at in session.execute(_asked_schedules(), asked)
    ]


@cache
def _asked_schedules() -> Select[*tuple[Any, ...]]:
    is_next = (Airing.state == AiringState.PLANNED) & (Airing.starts_at > bindparam("now"))
    next_at = select(func.min(Airing.starts_at)).where(Airing.schedule == Schedule.id, is_next)
    is_answered = exists().where(Answer.schedule == Schedule.id, Answer.area == bindparam("home"))
    fields = (Schedule.id, Schedule.bulletin, Schedule.created_at)
    return (
        select(*fields, Bulletin.title, Account.display_name, next_at.scalar_subquery())
        .join(Bulletin, Bulletin.id == Schedule.bulletin)
        .join(Account, Account.id == Schedule.created_by)
        .where(Schedule.id.in_(select(ScheduleTarget.schedule).where(ScheduleTarget.area.in_(_MEANT))))
        .where(Schedule.state == ScheduleState.RUNNING, Schedule.grade == Grade.ROUTINE)
        .where(Bulletin.state.in_(_HANDED_IN))
        .where(Account.area.in_(_ABOVE), ~is_answered)
        .order_by(Schedule.id)
        .limit(MOST)
    )


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
