"""Whose yes a routine airing from above needs, and who has given it; docs/decisions/041.

A commune chooses whether it airs what is routine and was planned by somebody above it. Who is asked and what
they said is read anew each time: nothing is stored but the answers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select
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
from devices.ids import AiringId, AreaCode, Grade

_COMMUNE_DEPTH = 2
"""Areas from a commune up to the top, both included: it stands right below the province."""
_NOBODY: frozenset[AreaCode] = frozenset()


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """What the communes that are asked have said; the others of an airing's areas are not asked."""

    agreed: frozenset[AreaCode] = _NOBODY
    declined: frozenset[AreaCode] = _NOBODY
    unanswered: frozenset[AreaCode] = _NOBODY

    @property
    def silent(self) -> frozenset[AreaCode]:
        """Communes in which nothing may be heard as it stands."""
        return self.declined | self.unanswered


NOT_ASKED = ConsentStanding()
"""Of what no commune is asked about."""


class AskedAiring(Protocol):
    """What of an airing decides who is asked; a row of these columns will do."""

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
    """Return the communes whose yes is needed: meant, below the planner's own area, and with somebody to ask.

    `answering`: communes in which somebody may answer. Pure.
    """
    communes = {commune_of(tree, area) for area in tree.below(targets)}
    return frozenset(
        commune
        for commune in communes
        if commune is not None and commune in answering and planner in tree.lineage(commune)[1:]
    )


def answering_communes(session: Session) -> frozenset[AreaCode]:
    """Return the areas that have an account of their own which may answer."""
    query = select(Account.area, Account.roles).where(Account.disabled_at.is_(None))
    return frozenset(
        area
        for area, roles in session.execute(query)
        if can([OperatorRole(role) for role in roles], area, Act.ANSWER, [area]).allowed
    )


def is_asked(one: AskedAiring) -> bool:
    """Whether anybody may have to be asked: what is routine and in no plan yet. Pure."""
    return one.grade is Grade.ROUTINE and one.state is AiringState.PLANNED


def standings(
    session: Session, airings: Iterable[AskedAiring], targets: Mapping[AiringId, Collection[AreaCode]]
) -> dict[AiringId, ConsentStanding]:
    """Return what was said of each airing that communes are asked about; the others are not named.

    A few queries, however many airings. Tests of one loudspeaker are left out by the caller.
    """
    routine = [one for one in airings if is_asked(one)]
    if not routine:
        return {}
    tree = area_tree(session)
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
    """Return the communes by what they said. Pure."""
    agreed = frozenset(area for area in asked if said.get(area) is True)
    declined = frozenset(area for area in asked if said.get(area) is False)
    return ConsentStanding(agreed, declined, asked - agreed - declined)


def _homes(session: Session, people: Collection[OperatorId]) -> dict[OperatorId, AreaCode]:
    query = select(Account.id, Account.area).where(Account.id.in_(people))
    return {person: area for person, area in session.execute(query)}  # noqa: C416 - a typed dict from typed rows


def _answers(session: Session, airings: Collection[AskedAiring]) -> dict[AiringId, dict[AreaCode, bool]]:
    """Return the newest word of each commune on each airing, said of it or of its schedule."""
    roots = {one.linked_to or one.id for one in airings}
    schedules = {one.schedule for one in airings if one.schedule is not None}
    query = select(Answer).where(or_(Answer.airing.in_(roots), Answer.schedule.in_(schedules)))
    said: dict[str, list[Answer]] = defaultdict(list)
    for row in session.scalars(query):
        said[row.airing or row.schedule or ""].append(row)
    found: dict[AiringId, dict[AreaCode, bool]] = {}
    for one in airings:
        rows = said.get(one.linked_to or one.id, []) + said.get(one.schedule or "", [])
        found[one.id] = {row.area: row.agrees for row in sorted(rows, key=lambda row: (row.at, row.id))}
    return found


def forget_answers(session: Session, schedule_id: ScheduleId) -> int:
    """Have the communes asked anew about a schedule that is no longer what they answered; return how many."""
    rows = session.scalars(select(Answer).where(Answer.schedule == schedule_id)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def standing_in_family(
    session: Session, airing: Airing, *, lock: bool = False
) -> dict[AiringId, ConsentStanding]:
    """Return what was said of an airing and its parts that are in no plan yet; `lock`: and come into none."""
    root = root_of(airing)
    query = select(Airing).where(or_(Airing.id == root, Airing.linked_to == root), Airing.node.is_(None))
    query = query.where(Airing.state == AiringState.PLANNED).order_by(Airing.id)
    family = session.scalars(query.with_for_update() if lock else query).all()
    return standings(session, family, targets_of(session, [one.id for one in family]))
