"""Which communes must agree to a routine airing from above, and which have; docs/decisions/041.

A commune decides whether it airs routine airings planned above it. Who is asked and what
they answered is read again each time; only the answers are stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.airings.split import root_of
from controller.features.areas.queries import area_tree
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Answer
from controller.model.area_tree import AreaTree
from controller.model.permissions import Act, OperatorId, OperatorRole, can
from controller.model.schedule_states import ScheduleId
from controller.model.times import STILL_OPEN
from controller.store import once_a_snapshot
from devices.ids import AiringId, AreaCode, Grade

_COMMUNE_DEPTH = 2
"""Areas from a commune up to the top, both included: it stands right below the province."""
_NOBODY: frozenset[AreaCode] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """Answers of the communes that are asked; the other areas of an airing are not asked."""

    agreed: frozenset[AreaCode] = _NOBODY
    declined: frozenset[AreaCode] = _NOBODY
    unanswered: frozenset[AreaCode] = _NOBODY

    @property
    def silent(self) -> frozenset[AreaCode]:
        """Communes in which the airing may not be heard at present."""
        return self.declined | self.unanswered


NOT_ASKED = ConsentStanding()
"""Of what no commune is asked about."""


class AskedAiring(Protocol):
    """Fields of an airing that decide who is asked; a row with these columns is enough."""

    id: AiringId
    schedule: ScheduleId | None
    linked_to: AiringId | None
    created_by: OperatorId
    grade: Grade
    state: AiringState


def commune_of(tree: AreaTree, area: AreaCode) -> AreaCode | None:
    """Return the commune that an area is or lies in; None for the province itself. Pure."""
    lineage = tree.lineage(area)
    return lineage[-_COMMUNE_DEPTH] if len(lineage) >= _COMMUNE_DEPTH else None


def asked_communes(
    tree: AreaTree, targets: Iterable[AreaCode], planner: AreaCode, answering: Collection[AreaCode]
) -> frozenset[AreaCode]:
    """Return the communes whose yes is needed: targeted, below the planner's area, with an account to ask.

    `answering`: communes in which somebody may answer. Pure.
    """
    communes = {commune_of(tree, area) for area in tree.below(targets)}
    return frozenset(
        commune
        for commune in communes
        if commune is not None and commune in answering and planner in tree.lineage(commune)[1:]
    )


@once_a_snapshot
def answering_communes(session: Session) -> frozenset[AreaCode]:
    """Return the areas with an account of their own that may answer."""
    query = select(Account.area, Account.roles).where(Account.disabled_at.is_(None))
    return frozenset(
        area
        for area, roles in session.execute(query)
        if can([OperatorRole(role) for role in roles], area, Act.ANSWER, [area]).allowed
    )


def is_asked(one: AskedAiring) -> bool:
    """Whether communes may have to be asked: the airing is routine and in no plan yet. Pure."""
    return one.grade is Grade.ROUTINE and one.state is AiringState.PLANNED


def standings(
    session: Session,
    airings: Iterable[AskedAiring],
    targets: Mapping[AiringId, Collection[AreaCode]],
    *,
    in_plans_too: bool = False,
    tree: AreaTree | None = None,
) -> dict[AiringId, ConsentStanding]:
    """Return the answers on each airing that communes are asked about; other airings are left out.

    A few queries, however many airings. Tests of one loudspeaker are left out by the caller. `tree`: None:
    looked up.
    """
    routine = [one for one in airings if is_asked(one) or (in_plans_too and one.grade is Grade.ROUTINE)]
    if not routine:
        return {}
    tree = tree or area_tree(session)
    homes = _homes(session, {one.created_by for one in routine})
    above = [one for one in routine if commune_of(tree, homes[one.created_by]) is None]
    if not above:
        return {}
    answering = answering_communes(session)
    answers = _answers(session, above)
    found = {}
    known: dict[tuple[tuple[AreaCode, ...], AreaCode], frozenset[AreaCode]] = {}
    for one in above:
        key = (tuple(targets[one.id]), homes[one.created_by])
        if key not in known:  # occurrences of one schedule ask the same communes
            known[key] = asked_communes(tree, *key, answering)
        if known[key]:
            found[one.id] = standing_of(known[key], answers[one.id])
    return found


def standing_of(asked: frozenset[AreaCode], said: Mapping[AreaCode, bool]) -> ConsentStanding:
    """Return the communes by their answer. Pure."""
    agreed = frozenset(area for area in asked if said.get(area) is True)
    declined = frozenset(area for area in asked if said.get(area) is False)
    return ConsentStanding(agreed, declined, asked - agreed - declined)


_HOMES = select(Account.id, Account.area).where(Account.id.in_(bindparam("people", expanding=True)))


def _homes(session: Session, people: Collection[OperatorId]) -> dict[OperatorId, AreaCode]:
    rows = session.execute(_HOMES, {"people": list(people)})
    return {person: area for person, area in rows}  # noqa: C416 - a typed dict from typed rows


_ANSWERS = select(Answer).where(
    or_(
        Answer.airing.in_(bindparam("roots", expanding=True)),
        Answer.schedule.in_(bindparam("schedules", expanding=True)),
    )
)


def _answers(session: Session, airings: Collection[AskedAiring]) -> dict[AiringId, dict[AreaCode, bool]]:
    """Return the latest answer of each commune on each airing, given for it or for its schedule."""
    roots = {one.linked_to or one.id for one in airings}
    schedules = {one.schedule for one in airings if one.schedule is not None}
    said: dict[str, list[Answer]] = defaultdict(list)
    for row in session.scalars(_ANSWERS, {"roots": list(roots), "schedules": list(schedules)}):
        said[row.airing or row.schedule or ""].append(row)
    found: dict[AiringId, dict[AreaCode, bool]] = {}
    for one in airings:
        rows = said.get(one.linked_to or one.id, []) + said.get(one.schedule or "", [])
        found[one.id] = {row.area: row.agrees for row in sorted(rows, key=lambda row: (row.at, row.id))}
    return found


def forget_answers(session: Session, schedule_id: ScheduleId) -> int:
    """Ask the communes again about a changed schedule; return how many communes."""
    rows = session.scalars(select(Answer).where(Answer.schedule == schedule_id)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def standing_in_family(
    session: Session, airing: Airing, *, lock: bool = False, now: datetime | None = None
) -> dict[AiringId, ConsentStanding]:
    """Return what was said of an airing and its parts that are in no plan yet; `lock`: and come into none.

    `now`: also of those in the plans that start so late that a commune may still change its word.
    """
    root = root_of(airing)
    query = select(Airing).where(or_(Airing.id == root, Airing.linked_to == root), Airing.node.is_(None))
    is_open = Airing.state == AiringState.PLANNED
    if now is not None:
        is_open |= (Airing.state == AiringState.DELIVERING) & (Airing.starts_at > now + STILL_OPEN)
    query = query.where(is_open).order_by(Airing.id)
    family = session.scalars(query.with_for_update() if lock else query).all()
    targets = targets_of(session, [one.id for one in family])
    return standings(session, family, targets, in_plans_too=now is not None)
