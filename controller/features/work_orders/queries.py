"""Reads of work orders; nothing of them is stored: faults, reports, tests and care are, each in its place."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.drills.to_mend import failed_in_drills
from controller.features.fleet.events import EventKind
from controller.features.fleet.watch import events_now, troubles, watched_nodes
from controller.features.listeners.queries import reports_to_mend
from controller.features.maps.positions import positions_of
from controller.features.work_orders.route import WorkOrder
from controller.http.words import day_and_clock, lower_first
from controller.model.accounts import Account
from controller.model.drill_states import CAUSE_WORDS
from controller.model.drills import DrillResult
from controller.model.fleet import Care, Node, NodePosition
from controller.model.listener_report_states import Trouble
from controller.model.listeners import ListenerReport
from controller.model.permissions import Operator
from controller.model.speaker_tests import SpeakerTestResult
from controller.store import one_read
from devices.ids import AreaCode, NodeId

MOST_ORDERS = 40
"""Loudspeakers of a list for one day, beside whole communes: nobody visits more."""
_TESTS_WITHIN = timedelta(days=90)
_TROUBLES = {
    Trouble.BROKEN: "báo loa hỏng",
    Trouble.NOT_UNDERSTOOD: "báo nghe không rõ",
    Trouble.TOO_LOUD: "báo loa quá to",
}


@dataclass(slots=True)
class _Draft:
    since: datetime
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str, since: datetime) -> None:
        self.reasons.append(reason)
        self.since = min(self.since, since)


class _Pole(NamedTuple):
    id: NodeId
    area: AreaCode
    name: str


@one_read
def work_orders(session: Session, scope: Scope, now: datetime, *, by: Operator) -> list[WorkOrder]:
    """Return what there is to do at the person's loudspeakers, some forty at most and all outages.

    A commune that is out is one order for all its loudspeakers, with what listeners reported there. An
    order ends when its faults are gone and a test there was heard after every report, unheard test and failed
    drill.
    """
    outages = [one for one in events_now(session, scope.seen, now) if one.kind is EventKind.OUTAGE]
    dark = scope.tree.below([one.area for one in outages]) & scope.seen
    drafts = _drafts(session, scope.seen, dark, now, by)
    rows = _nodes(session, drafts)
    places = positions_of(session, list(rows))
    cared = _cared(session, list(rows))
    said: Mapping[AreaCode, list[str]] = defaultdict(list)
    orders = []
    for node_id, draft in drafts.items():
        node = rows.get(node_id)
        if node is None:
            continue
        if node.area in dark:
            said[_commune(scope, node.area)].extend(f"{node.name}: {reason}" for reason in draft.reasons)
        else:
            orders.append(_order(node, draft, places.get(node_id), cared.get(node_id), scope))
    for event in outages:
        share = (
            f"{len(event.nodes)} cụm loa" if event.is_whole else f"{len(event.nodes)}/{event.size} cụm loa"
        )
        reasons = (f"Mất kết nối cùng lúc {share}.", *said[event.area])
        name, place = scope.name(event.area), _centre(scope, event.area)
        order = WorkOrder(event.area, event.nodes, name, reasons, event.since, place, True, True)
        orders.append(order)
    return orders


def _nodes(session: Session, wanted: Collection[NodeId]) -> dict[NodeId, _Pole]:
    """Return the loudspeakers in use among these; their vitals, which are long, are not read."""
    query = select(Node.id, Node.area, Node.name).where(Node.id.in_(wanted), Node.retired_at.is_(None))
    return {row[0]: _Pole(*row) for row in session.execute(query)}


def _drafts(
    session: Session,
    seen: frozenset[AreaCode],
    dark: frozenset[AreaCode],
    now: datetime,
    by: Operator,
) -> dict[NodeId, _Draft]:
    """Return every reason to go to a loudspeaker, by its mark."""
    drafts: dict[NodeId, _Draft] = defaultdict(lambda: _Draft(now))
    for one in troubles(session, seen - dark, now, by=by, limit=MOST_ORDERS).nodes:
        for fault in one.faults:
            drafts[one.node.id].add(fault.sentence, fault.since or now)
    for node, reports in _by_node(reports_to_mend(session, seen, now)).items():
        for trouble, word in _TROUBLES.items():
            count = sum(one.trouble is trouble for one in reports)
            if count:
                drafts[node].add(f"{count} người dân {word}.", reports[0].reported_at)
    for result, reason in _tested(session, seen, now):
        drafts[result.node].add(reason, result.at)
    # where all is out, nobody knows yet what is mended
    taken = {care.node: care.changed_at for care in _taken(session, seen - dark) if care.node not in drafts}
    for one in watched_nodes(session, taken, now) if taken else ():
        for fault in one.faults:  # beyond the first forty with faults
            drafts[one.node.id].add(fault.sentence, fault.since or now)
        if not one.faults:
            drafts[one.node.id].add("Hết trục trặc, chờ thử loa nghe rõ.", taken[one.node.id])
    return drafts


def _by_node(reports: Sequence[ListenerReport]) -> Mapping[NodeId, list[ListenerReport]]:
    found: dict[NodeId, list[ListenerReport]] = defaultdict(list)
    for one in reports:
        found[one.node].append(one)
    return found


def _tested(
    session: Session, seen: frozenset[AreaCode], now: datetime
) -> Iterator[tuple[SpeakerTestResult | DrillResult, str]]:
    """Yield what tests and drills found, in words."""
    for result in _unheard(session, seen, now):
        note = f" ({result.note})" if result.note else ""
        yield result, f"Thử loa {day_and_clock(result.at, now)}: không nghe được{note}."
    for failed in failed_in_drills(session, seen, now, limit=MOST_ORDERS):
        cause = lower_first(CAUSE_WORDS[failed.cause])
        yield failed, f"Diễn tập {day_and_clock(failed.at, now)}: {cause}."


def _unheard(session: Session, seen: frozenset[AreaCode], now: datetime) -> Sequence[SpeakerTestResult]:
    """Return the newest result of each loudspeaker whose newest test was not heard."""
    later = SpeakerTestResult.__table__.alias()
    newer = select(later.c.airing).where(
        later.c.node == SpeakerTestResult.node, later.c.at > SpeakerTestResult.at
    )
    query = (
        select(SpeakerTestResult)
        .join(Node, Node.id == SpeakerTestResult.node)
        .where(~SpeakerTestResult.heard, SpeakerTestResult.at > now - _TESTS_WITHIN, ~newer.exists())
        .where(Node.area.in_(seen))
        .order_by(SpeakerTestResult.at.desc())
        .limit(MOST_ORDERS)
    )
    return session.scalars(query).all()


def _taken(session: Session, seen: frozenset[AreaCode]) -> Sequence[Care]:
    is_there = and_(Node.id == Care.node, Node.area.in_(seen), Node.quarantined_at.is_(None))
    # asked of each that is taken: a join would look for the care of each loudspeaker of a province
    query = select(Care).where(Care.assignee.is_not(None), select(Node.id).where(is_there).exists())
    return session.scalars(query.order_by(Care.changed_at).limit(MOST_ORDERS)).all()


def _cared(session: Session, nodes: Collection[NodeId]) -> dict[NodeId, tuple[str, str]]:
    """Return the name of the assignee (or an empty text) and the note of each loudspeaker that has any."""
    query = select(Care, Account.display_name).outerjoin(Account, Account.id == Care.assignee)
    rows = session.execute(query.where(Care.node.in_(nodes))) if nodes else ()
    return {care.node: (name or "", care.note) for care, name in rows}


def _order(
    node: _Pole, draft: _Draft, position: NodePosition | None, care: tuple[str, str] | None, scope: Scope
) -> WorkOrder:
    place = (position.latitude, position.longitude) if position else _centre(scope, node.area)
    assignee, note = care or ("", "")
    return WorkOrder(
        area=node.area,
        nodes=(node.id,),
        name=node.name,
        reasons=tuple(draft.reasons),
        since=draft.since,
        place=place,
        is_rough=position is None,
        assignee=assignee or None,
        note=note,
    )


def _centre(scope: Scope, area: AreaCode) -> tuple[float, float] | None:
    for code in scope.tree.lineage(area):
        known = scope.by_code[code]
        if known.latitude is not None and known.longitude is not None:
            return known.latitude, known.longitude
    return None


def _commune(scope: Scope, area: AreaCode) -> AreaCode:
    lineage = scope.tree.lineage(area)
    return lineage[-2] if len(lineage) > 1 else area
