"""Which of two priority airings that collide in a commune goes first there; docs/decisions/042.

Circular 39/2020/TT-BTTTT leaves the order to the commune. Until it decides, the nodes' own rule applies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import combinations
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.airings.conflict_check import Asking, check_each_for_conflicts
from controller.features.airings.conflicts import BY_POLICY, ConflictKind
from controller.features.airings.consent import commune_of
from controller.features.airings.planning_context import length_of, texts_of
from controller.features.airings.queries import get_airing, targets_of
from controller.features.airings.reopening import is_still_open, reopen
from controller.features.airings.split import root_of, split_off
from controller.features.areas.queries import area_tree
from controller.features.journal.service import record
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId
from controller.model.local_time import wall
from controller.model.permissions import Act, Operator, judge
from controller.model.times import STILL_OPEN
from controller.store import one_read
from devices.ids import AiringId, AreaCode, Grade

AHEAD = timedelta(days=14)
"""As far as occurrences are made: what comes later is not planned yet."""
MOST = 20
"""Collisions that are told at once; the nearest first."""
_ALREADY = (
    "Lượt phát này không còn xếp lại được: đã gửi tới loa, đã phát, đã hủy, hoặc không phải mức ưu tiên."
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two airings that collide, as it stands now."""

    airing: AiringId
    bulletin: BulletinId
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Collision:
    """Two priority airings that want to sound at once in the commune; the earlier one first."""

    one: Side
    other: Side


@one_read
def collisions_for(session: Session, tree: AreaTree, operator: Operator, now: datetime) -> list[Collision]:
    """Return what this person may put in order, the nearest first; nothing where they may not."""
    home = operator.area
    lineage = tree.lineage(home)
    if commune_of(tree, home) != home or not judge(operator, Act.ANSWER, lineage).allowed:
        return []
    sides = _sides(session, frozenset(lineage) | tree.below([home]), now)
    found = [
        Collision(one, other)
        for one, other in combinations(sides, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]
    return found[:MOST]


def order_airings(
    session: Session, first_id: AiringId, then_id: AiringId, *, by: Operator, now: datetime
) -> Airing:
    """Put one of two priority airings right after the other in the person's commune; return it.

    Elsewhere both stay unchanged: an airing for more than the commune is split. If repeated the other way
    round, the order is reversed and the delayed one gets its first start back. Conflict once either is in a
    plan, or if the second has no clear start before its latest start.
    """
    require(session, by, Act.ANSWER, by.area)
    rows = {name: get_airing(session, name, lock=True) for name in sorted({first_id, then_id})}
    first, then = rows[first_id], rows[then_id]
    _check(session, first, then, by.area, now)
    for one in (first, then):
        if one.state is not AiringState.PLANNED:
            reopen(session, one)
    session.flush()
    if not _meet(session, first.starts_at, first, then.starts_at, then):  # the order is reversed
        first = _here(session, first, by.area, now)
        _start(session, first, first.asked_at, None)
    ends_at = _whole_second(first.starts_at + timedelta(milliseconds=_length(session, first)))
    then = _here(session, then, by.area, now)
    _start(session, then, _clear_after(session, then, ends_at, by.area), first.id)
    detail = {"first": first.id, "area": by.area, "starts_at": wall(then.starts_at)}
    record(session, by, "airing.ordered", then.id, now, detail=detail)
    return then


def start_after(session: Session, airing: Airing) -> datetime:
    """Return when an airing starts that follows another: not before that one's end, as it is known now."""
    if airing.follows is None:
        return airing.starts_at
    first = get_airing(session, airing.follows)
    if first.state in {AiringState.MISSED, AiringState.CANCELLED}:
        return airing.starts_at
    return max(airing.starts_at, first.starts_at + timedelta(milliseconds=_length(session, first)))


def _sides(session: Session, meant: frozenset[AreaCode], now: datetime) -> Sequence[Side]:
    """Return the priority airings for these areas that are in no plan yet, by start."""
    asked = {"meant": sorted(meant), "now": now, "until": now + AHEAD, "fixed": now + STILL_OPEN}
    rows = {row.id: row for row in session.execute(_open_to_order(), asked)}
    if len(rows) <= 1:
        return []
    texts = texts_of(session, {row.bulletin for row in rows.values()})
    sides = []
    for row in rows.values():
        text = texts[row.bulletin]
        lasts = timedelta(milliseconds=row.duration_ms or text.duration_ms)
        sides.append(Side(row.id, row.bulletin, text.title, row.starts_at, row.starts_at + lasts))
    return sorted(sides, key=lambda side: (side.starts_at, side.airing))


@cache
def _open_to_order() -> Select[*tuple[Any, ...]]:
    """Return the query, built once: every page of a commune asks it, and building takes longer."""
    is_later = (Airing.state == AiringState.DELIVERING) & (Airing.starts_at > bindparam("fixed"))
    return (
        select(Airing.id, Airing.bulletin, Airing.starts_at, Airing.duration_ms)
        .join(Target, Target.airing == Airing.id)
        .where(Target.area.in_(bindparam("meant", expanding=True)))
        .where(Target.starts_at > bindparam("now"), Target.starts_at < bindparam("until"))
        .where((Airing.state == AiringState.PLANNED) | is_later)
        .where(Airing.grade == Grade.PRIORITY, Airing.node.is_(None))
    )


def _check(session: Session, first: Airing, then: Airing, home: AreaCode, now: datetime) -> None:
    tree = area_tree(session)
    if commune_of(tree, home) != home:
        raise Conflict("Chỉ xã, phường mới xếp thứ tự các lượt phát ở nơi mình.", code="airing.not-asked")
    meant = tree.around([home])
    targets = targets_of(session, [first.id, then.id])
    for one in (first, then):
        if one.grade is not Grade.PRIORITY or not is_still_open(one, now) or one.node is not None:
            raise Conflict(_ALREADY, code="airing.order-too-late")
        if meant.isdisjoint(targets[one.id]):
            raise Conflict("Lượt phát này không phát ở xã của bạn.", code="airing.not-asked")
    now_meet = _meet(session, first.starts_at, first, then.starts_at, then)
    if root_of(first) == root_of(then) or not (
        now_meet or _meet(session, first.asked_at, first, then.asked_at, then)
    ):
        raise BadInput("Hai lượt phát này không trùng giờ nhau.", code="airing.no-collision")


def _meet(session: Session, one_at: datetime, one: Airing, other_at: datetime, other: Airing) -> bool:
    """Whether two airings would sound at once, if they start at these instants."""
    one_ends = one_at + timedelta(milliseconds=_length(session, one))
    return one_at < other_at + timedelta(milliseconds=_length(session, other)) and other_at < one_ends


def _here(session: Session, airing: Airing, home: AreaCode, now: datetime) -> Airing:
    """Return what of an airing is for the commune alone: itself, or the part that is split off now."""
    tree = area_tree(session)
    elsewhere = tree.without(targets_of(session, [airing.id])[airing.id], [home])
    return split_off(session, airing, [home], now=now) if elsewhere else airing


def _clear_after(session: Session, airing: Airing, ends_at: datetime, home: AreaCode) -> datetime:
    """Return the first clear start from an instant on; Conflict where there is none within its patience."""
    patience = airing.latest_start_at - airing.starts_at
    asking = Asking([home], ends_at, ends_at + patience, airing.grade, airing.volume)
    (found,) = check_each_for_conflicts(session, airing.bulletin, [asking], without={airing.id})
    if not any(one.kind in BY_POLICY or one.kind is ConflictKind.YIELDS for one in found.conflicts):
        return ends_at  # losses of lower grades are no reason to wait
    start = found.clear_at
    if start is None or start > ends_at + patience:
        raise Conflict(
            f"Không xếp được: ngay sau lượt kia ({wall(ends_at)}) không còn giờ trống trong giờ được phép "
            "phát. Hãy để lượt kia phát trước, hoặc nhờ người đặt dời giờ.",
            code="airing.no-clear-start",
        )
    return _whole_second(start)


def _start(session: Session, airing: Airing, at: datetime, follows: AiringId | None) -> None:
    patience = airing.latest_start_at - airing.starts_at
    airing.starts_at, airing.latest_start_at, airing.follows = at, at + patience, follows
    session.flush()
    session.execute(update(Target).where(Target.airing == airing.id).values(starts_at=at))


def _length(session: Session, airing: Airing) -> int:
    return airing.duration_ms or length_of(session, airing.bulletin)[0]


def _whole_second(at: datetime) -> datetime:
    """Return the first whole second that is not before it."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
