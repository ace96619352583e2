"""Moves nodes to another area with a signed place; their past airings stay with the earlier area."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.accounts.pens import Pen, SecondPen, instant_of, signed_with, signs_one
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password, open_key
from controller.features.areas.queries import area_tree, ended_areas, get_area
from controller.features.fleet.location_history import close_stays, open_stays
from controller.features.fleet.queries import get_node, nodes_by_area
from controller.features.journal.service import record
from controller.features.plans import publication as publishing
from controller.features.plans.administrators import administrators_needed
from controller.features.plans.proposals import SharedAct
from controller.features.quarantine.service import drop_what_it_will_not_hear, have_hear
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.store.locks import Lock, hold
from devices.enrolment import MOST_PLACED, Place
from devices.ids import AreaCode, NodeId, Role

PLACE_LIFE = timedelta(days=400)
"""As long as a policy's: a node that was away for longer is visited by a technician anyway."""


def move_node(
    session: Session, node_id: NodeId, to: AreaCode, *, by: Operator, password: Password, now: datetime
) -> None:
    """Move a node to another area with all that is planned there; signed by the administrator."""
    node = get_node(session, node_id)
    if to not in area_tree(session) or to in ended_areas(session):
        raise BadInput(f"Không có địa bàn nào mang mã {to}.", code="area.unknown")
    require(session, by, Act.RULE, node.area, to)
    if node.retired_at is not None:
        raise Conflict(f"Cụm loa {node_id} đã ngừng dùng.", code="node.retired")
    if node.area == to:
        return
    key = place_key(session, by, password, now)
    move_nodes(session, [node], to, key=key, by=by, now=now)


def _move_as_asked(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> None:
    to = AreaCode(command["to"])
    move_node(session, NodeId(command["node"]), to, by=by, password=password, now=now)


MOVE_NODE = SharedAct("node.move", _move_as_asked)


def place_key(session: Session, by: Operator, password: Password, now: datetime) -> Pen:
    """Return the administrator's opened key: a node's place decides which policies bind it."""
    return open_key(session, by, role=Role.ADMINISTRATOR, password=password, now=now)


def move_nodes(
    session: Session, nodes: Iterable[Node], to: AreaCode, *, key: Pen, by: Operator, now: datetime
) -> None:
    """Move nodes of one province and publish their places; the caller has checked the permission."""
    nodes = list(nodes)
    before = standing(session, nodes)
    for node in nodes:
        record(session, by, "node.moved", node.id, now, detail={"from": node.area, "to": to})
        drop_what_it_will_not_hear(session, node.id)
        node.area = to
    close_stays(session, [node.id for node in nodes], now)
    session.flush()
    open_stays(session, [(node.id, to) for node in nodes], now)
    for node in nodes:
        if node.quarantined_at is None:
            have_hear(session, node)
    sign_places(session, nodes, key=key, by=by, now=now, before=before)


def standing(session: Session, nodes: Iterable[Node]) -> dict[NodeId, frozenset[AreaCode]]:
    """Return the areas in which each node stands now: its own, and those above."""
    tree = area_tree(session)
    return {node.id: frozenset(tree.lineage(node.area)) for node in nodes}


def sign_places(
    session: Session,
    nodes: Iterable[Node],
    *,
    key: Pen,
    by: Operator,
    now: datetime,
    before: Mapping[NodeId, frozenset[AreaCode]],
) -> int:
    """Tell nodes by signed places where they stand, as the areas are now; return how many were told.

    All that stand in one area are told by one statement. A device signs a single one. `before`: where they
    stood; who leaves an area needs as many administrators as sign policies.
    """
    hold(session, Lock.PUBLISHED)
    tree = area_tree(session)
    by_area: dict[AreaCode, list[Node]] = defaultdict(list)
    for node in nodes:
        by_area[node.area].append(node)
    if signs_one(key) and (len(by_area) > 1 or any(len(there) > MOST_PLACED for there in by_area.values())):
        raise NotAllowed(
            "Việc này gồm nhiều chữ ký nên phải ký bằng mật khẩu. Chưa có gì thay đổi.",
            code="passkey.not-here",
        )
    for area, there in sorted(by_area.items()):
        lineage = tuple(reversed(tree.lineage(area)))
        for at in range(0, len(there), MOST_PLACED):
            some = there[at : at + MOST_PLACED]
            _sign_place(session, some, lineage, key=key, by=by, now=now, before=before)
    return sum(map(len, by_area.values()))


def _sign_place(
    session: Session,
    nodes: Sequence[Node],
    areas: tuple[AreaCode, ...],
    *,
    key: Pen,
    by: Operator,
    now: datetime,
    before: Mapping[NodeId, frozenset[AreaCode]],
) -> None:
    """Join nodes that stand in the same area: one place, one signature."""
    at = instant_of(key, now)
    rows = [publishing.DocumentAddress(DocumentKind.PLACE, node.id) for node in nodes]
    persons = 1
    if any(not before.get(node.id, frozenset()) <= set(areas) for node in nodes):
        persons = administrators_needed(session, now)  # it takes an area from a node
    version = max(publishing.next_version_of(session, row, at) for row in rows)
    place = Place(
        node=nodes[0].id,
        further_nodes=tuple(node.id for node in nodes[1:]),
        version=version,
        issued_at=at,
        expires_at=at + PLACE_LIFE,
        areas=areas,
    )
    text = signed_with(key, place, persons)
    for row in rows:
        publishing.put_signed(
            session,
            row,
            place,
            version=version,
            digest=hashlib.sha256("/".join(areas).encode()).hexdigest(),
            text=text,
            kid=key.kid,
            now=now,
            expires_at=place.expires_at,
            signed_by=by.id,
            second=key if isinstance(key, SecondPen) else None,
        )


def sign_places_below(
    session: Session, area: AreaCode, *, by: Operator, password: Password, now: datetime
) -> int:
    """Tell all nodes of an area anew where they stand; return how many.

    Use it when the key that signed the places was compromised, or ends soon.
    """
    require(session, by, Act.RULE, get_area(session, area).code)
    key = place_key(session, by, password, now)
    nodes = nodes_by_area(session, area)
    return sign_places(session, nodes, key=key, by=by, now=now, before=standing(session, nodes))
