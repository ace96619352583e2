"""Judges each loudspeaker when a drill is over, and anew where one tells more later; a beat's work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select
from sqlalchemy.orm import Session, aliased

from controller.features.airings.heard import percent_heard, whole_ms
from controller.features.airings.queries import turn_start
from controller.features.airings.split import parts_with
from controller.features.areas.queries import area_tree
from controller.features.drills.judging import DrillFacts, judged
from controller.features.drills.outcome import follow_up
from controller.features.drills.service import criteria_of
from controller.model.airing_states import DeliveryStage
from controller.model.airings import Airing, Delivery, ReceiptRefusal, StoredReceipt, Target
from controller.model.drill_states import DrillCause
from controller.model.drills import Drill, DrillResult
from controller.model.fleet import Node, StateTurn
from controller.model.reports import AsAired
from devices.ids import AiringId, NodeId

JUDGED_AFTER: Final = timedelta(minutes=1)
"""From the end to the first judgement: a node repeats each minute what was not committed."""
TELLS_WITHIN: Final = timedelta(days=30)
"""What a node tells of a drill after an outage longer than this changes the log, and not the drill."""
MOST_JUDGED: Final = 400
"""Loudspeakers of one transaction, so that nobody who stops or starts something waits for it."""


class _BesideRows(NamedTuple):
    """What is known beside rows: levels by node, who had no connection, whose receipts were refused."""

    levels: Mapping[NodeId, float | None]
    away: frozenset[NodeId]
    refused: frozenset[NodeId]


def judge_drills(session: Session, *, now: datetime) -> bool:
    """Judge some loudspeakers of one drill that is over; return whether there was work.

    When all are judged, people are told, and the next drill is planned if it is repeated.
    """
    drill = session.scalar(_over(now))
    if drill is None:
        return _judge_anew(session, now)
    family = parts_with(session, drill.airing)
    waiting = _not_judged(session, drill, family)
    if waiting:
        session.execute(insert(DrillResult), _results(session, drill, family, waiting))
    if len(waiting) < MOST_JUDGED and _add_quarantined(session, drill, family) < MOST_JUDGED:
        drill.judged_at, drill.starts_at = now, session.get_one(Airing, drill.airing).starts_at
        session.flush()
        follow_up(session, drill, now=now)
    return True


def _over(now: datetime) -> Select[Drill]:
    """Return the query of the first drill of which every part ended a while ago, and is in the log."""
    part = aliased(Airing)
    is_part = (part.id == Drill.airing) | (part.linked_to == Drill.airing)
    is_open = part.ended_at.is_(None) | part.noted_at.is_(None) | (part.ended_at > now - JUDGED_AFTER)
    return (
        select(Drill)
        .where(Drill.judged_at.is_(None), Drill.starts_at < now)
        .where(~exists().where(is_part, is_open))
        .order_by(Drill.starts_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _not_judged(session: Session, drill: Drill, family: Sequence[AiringId]) -> Sequence[NodeId]:
    done = select(DrillResult.node).where(DrillResult.drill == drill.id)
    query = select(Delivery.node).distinct().where(Delivery.airing.in_(family), Delivery.node.not_in(done))
    return session.scalars(query.order_by(Delivery.node).limit(MOST_JUDGED)).all()


def _judge_anew(session: Session, now: datetime) -> bool:
    """Judge loudspeakers anew of which the as-aired log knows more since; their vitals of now count not.

    `judged_at` then says up to which entry; entries of one instant are judged together.
    """
    part = aliased(Airing)
    is_part = (part.id == Drill.airing) | (part.linked_to == Drill.airing)
    query = (
        select(Drill)
        .where(Drill.judged_at.is_not(None), Drill.starts_at > now - TELLS_WITHIN)
        .where(exists().where(is_part, part.noted_at > Drill.judged_at))
        .order_by(Drill.starts_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    drill = session.scalar(query)
    if drill is None:
        return False
    family = parts_with(session, drill.airing)
    is_newer = AsAired.airing.in_(family), AsAired.at > drill.judged_at
    until = session.scalar(
        select(AsAired.at).where(*is_newer).order_by(AsAired.at).offset(MOST_JUDGED - 1).limit(1)
    )
    newer = select(AsAired.node).distinct().where(*is_newer, AsAired.at <= (until or now))
    found = _results(session, drill, family, session.scalars(newer).all())
    told = [one for one in found if one["cause"] is DrillCause.HEARD or one["reason"] or one["percent"]]
    if told:
        nodes = [one["node"] for one in told]
        session.execute(delete(DrillResult).where(DrillResult.drill == drill.id, DrillResult.node.in_(nodes)))
        session.execute(insert(DrillResult), told)
    drill.judged_at = until or now
    return True


def _results(
    session: Session, drill: Drill, family: Sequence[AiringId], nodes: Collection[NodeId]
) -> list[dict[str, Any]]:
    """Return the rows of these loudspeakers; of one in two parts of the airing, the better."""
    query = (
        select(Delivery, Airing, Node)
        .join(Airing, Airing.id == Delivery.airing)
        .join(Node, Node.id == Delivery.node)
        .where(Delivery.airing.in_(family), Delivery.node.in_(nodes))
        .order_by(Delivery.rung, Delivery.airing)
    )
    criteria = criteria_of(drill)
    known = _BesideRows(
        _levels(session, family, nodes),
        _away_at(session, nodes, drill.starts_at),
        _refused_since(session, nodes, drill.starts_at),
    )
    found: dict[NodeId, dict[str, Any]] = {}
    for delivery, airing, node in session.execute(query):
        facts = _facts(delivery, airing, node, known)
        found[node.id] = {
            "drill": drill.id,
            "node": node.id,
            "area": delivery.area or node.area,
            "at": airing.starts_at,
            "airing": airing.id,
            "cause": judged(facts, criteria),
            "percent": facts.percent,
            "late_ms": facts.late_ms,
            "level_dbfs": facts.level_dbfs,
            "reason": facts.reason,
        }
    return list(found.values())


def _facts(delivery: Delivery, airing: Airing, node: Node, known: _BesideRows) -> DrillFacts:
    return DrillFacts(
        stage=DeliveryStage(delivery.rung),
        percent=percent_heard(delivery.heard_ms, whole_ms(airing)) if delivery.heard_ms else None,
        late_ms=_late_ms(airing, delivery),
        reason=delivery.reason,
        level_dbfs=known.levels.get(node.id),
        state=airing.state,
        was_in_plans=airing.delivering_at is not None,
        was_online=node.online and node.id not in known.away,
        is_retired=node.retired_at is not None,
        is_quarantined=node.quarantined_at is not None,
        has_vitals=node.vitals is not None,
        clock_error_ms=node.clock_error_ms,
        storage_free=node.storage_free,
        has_refused=node.id in known.refused,
    )


def _late_ms(airing: Airing, delivery: Delivery) -> int | None:
    if delivery.started_at is None:
        return None
    return (delivery.started_at - turn_start(airing, delivery.turn)) // timedelta(milliseconds=1)


def _levels(
    session: Session, family: Sequence[AiringId], nodes: Collection[NodeId]
) -> Mapping[NodeId, float | None]:
    query = (
        select(StoredReceipt.node, func.max(StoredReceipt.level_dbfs))
        .where(StoredReceipt.airing.in_(family), StoredReceipt.node.in_(nodes))
        .where(StoredReceipt.level_dbfs.is_not(None))
        .group_by(StoredReceipt.node)
    )
    return {node: level for node, level in session.execute(query)}  # noqa: C416 - a typed dict from typed rows


def _away_at(session: Session, nodes: Collection[NodeId], at: datetime) -> frozenset[NodeId]:
    """Return which of them had no connection then, by the last change before it."""
    newest = (
        select(StateTurn.node, func.max(StateTurn.id).label("id"))
        .where(StateTurn.node.in_(nodes), StateTurn.at <= at)
        .group_by(StateTurn.node)
        .subquery()
    )
    query = select(StateTurn.node).join(newest, newest.c.id == StateTurn.id).where(~StateTurn.online)
    return frozenset(session.scalars(query))


def _refused_since(session: Session, nodes: Collection[NodeId], at: datetime) -> frozenset[NodeId]:
    is_since: ColumnElement[bool] = ReceiptRefusal.at >= at
    return frozenset(
        session.scalars(select(ReceiptRefusal.node).where(ReceiptRefusal.node.in_(nodes), is_since))
    )


def _add_quarantined(session: Session, drill: Drill, family: Sequence[AiringId]) -> int:
    """Name some of those in quarantine too, which no airing is planned for; they do not count.

    Returns how many it named.
    """
    airing = session.get_one(Airing, drill.airing)
    if airing.only_chosen:
        return 0
    targets = session.scalars(select(Target.area).where(Target.airing.in_(family))).all()
    done = select(DrillResult.node).where(DrillResult.drill == drill.id)
    found = select(Node.id, Node.area).where(
        Node.quarantined_at.is_not(None),
        Node.retired_at.is_(None),
        Node.area.in_(area_tree(session).below(targets)),
        Node.id.not_in(done),
    )
    query = found.order_by(Node.id).limit(MOST_JUDGED)
    about = {"drill": drill.id, "airing": airing.id, "at": airing.starts_at, "cause": DrillCause.QUARANTINED}
    rows = [about | {"node": node, "area": area} for node, area in session.execute(query)]
    if rows:
        session.execute(insert(DrillResult), rows)
    return len(rows)
