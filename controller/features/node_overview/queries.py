"""What the pages of nodes show: the list, and one node with its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from controller.features.accounts.admin_queries import shown_names
from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import receipts_of
from controller.features.airings.queries import deliveries_to
from controller.features.airings.receipt_faults import receipt_faults
from controller.features.bulletins.page_queries import titles_of
from controller.features.enrolment.service import hardware_of
from controller.features.fleet.capabilities import capabilities_of, limits_of, outputs_of
from controller.features.fleet.faults import reported_faults
from controller.features.fleet.location_history import stays_of
from controller.features.fleet.page_queries import NodeListFilter, care_of, find_nodes, fleet_tree
from controller.features.fleet.photos import photographed_at
from controller.features.fleet.queries import facts_of, get_node, visible_node
from controller.features.fleet.signs import group_by_area
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.fleet.vitals_charts import day_shown, month_begins, month_shown
from controller.features.fleet.vitals_log import quarters_of, samples_of
from controller.features.fleet.vitals_samples import QUARTERS_OF_DAY, quarter_of
from controller.features.journal.queries import entries_of
from controller.features.journal.service import STATION
from controller.features.maps.positions import positions_of
from controller.features.plans.queries import longest_plan
from controller.features.speaker_tests.results import recent_test
from controller.http.journal_words import detail_words
from controller.model.permissions import Act
from controller.store import Session
from devices.ids import AreaCode, NodeId
from devices.messages import Vitals

_DELIVERIES, _RECEIPTS, _HISTORY = 20, 30, 20


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address of the list asks for, as it stands there."""

    xa: str
    trang_thai: str
    tim: str
    trang: int

    def asked(self) -> NodeListFilter:
        """Return it as the query takes it; a status that is none asks for nothing."""
        status = NodeStatus(self.trang_thai) if self.trang_thai in set(NodeStatus) else None
        return NodeListFilter(AreaCode(self.xa) or None, status, self.tim.strip(), self.trang)

    def address(self, **changes: str | int) -> str:
        """Return the list's address with some of it changed; what is empty is left out."""
        asked = {"xa": self.xa, "trang_thai": self.trang_thai, "tim": self.tim, "trang": self.trang} | changes
        kept = {name: value for name, value in asked.items() if value and (name, value) != ("trang", 1)}
        return f"/cum-loa?{urlencode(kept)}" if kept else "/cum-loa"


def node_list(session: Session, caller: Caller, asked: Filter) -> Mapping[str, Any]:
    """Return the communes with their nodes counted, or the nodes that fit a filter."""
    now, scope = caller.now(), caller.scope
    tree = fleet_tree(session, scope, asked.asked(), now)
    shows_nodes = bool(asked.xa or asked.trang_thai or asked.tim or len(tree.branches) == 1)
    nodes, has_more = find_nodes(session, scope, asked.asked(), now) if shows_nodes else ([], False)
    return {
        "tree": tree,
        "asked": asked,
        "groups": group_by_area(nodes, scope.name),
        "shows_nodes": shows_nodes,
        "has_more": has_more,
        "area": scope.name(AreaCode(asked.xa)) if asked.xa in scope.seen else "",
    }


def node_page(session: Session, caller: Caller, node_id: str) -> Mapping[str, Any]:
    """Return one node as it is now, with its last deliveries and receipts."""
    node = visible_node(session, caller.scope, node_id)
    facts, can = facts_of(node), capabilities_of(node.capabilities)
    plan_bytes, now = longest_plan(session, node.id, node.area), caller.now()
    # as many as receipts, so that the airings of both are sought once
    deliveries = deliveries_to(session, node.id, _RECEIPTS, until=now)[:_DELIVERIES]
    return {
        "node": node,
        "vitals": dict.fromkeys(Vitals.model_fields) | (node.vitals or {}),
        "limits": limits_of(can, caller.station.settings.bitrate_kbps, plan_bytes),
        "outputs": outputs_of(can),
        "can": can,
        "status": status_of(facts, now),
        "faults": reported_faults(facts) if node.online else (),
        "area": caller.scope.name(node.area),
        "deliveries": deliveries,
        "titles": titles_of(session, [airing.bulletin for _, airing in deliveries]),
        "receipts": receipts_of(session, node.id, _RECEIPTS, now=now),
        "receipt_faults": receipt_faults(session, node.id, now),
        "may_keep": caller.scope.may(caller.by, Act.ENROL, [node.area]),
        "photographed_at": photographed_at(session, node.id),
        "test": recent_test(session, node.id, now),
    }


def node_history(session: Session, caller: Caller, node_id: str) -> Mapping[str, Any]:
    """Return what only who keeps nodes sees, and everybody's history."""
    node = get_node(session, NodeId(node_id))
    may_keep = caller.scope.may(caller.by, Act.ENROL, [node.area])
    until = quarter_of(caller.now()) + 1
    day = quarters_of(session, node.id, until - QUARTERS_OF_DAY, until)
    month = samples_of(session, node.id, month_begins(until), until)
    return {
        "day": day_shown(day, until, node.enrolled_at),
        "month": month_shown(month, until, node.enrolled_at),
        "care": care_of(session, node.id),
        "may_keep": may_keep,
        "hardware": hardware_of(session, node_id) if may_keep else (),
        "stays": stays_of(session, node.id),
        "position": positions_of(session, [node.id]).get(node.id),
        "history": entries_of(session, node_id, _HISTORY),
        "names": shown_names(session) | {STATION: "Hệ thống"},
        "detail_words": detail_words,
    }
