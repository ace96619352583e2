"""Moves nodes to another area with a signed place; their past airings stay with the earlier area."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.accounts.pens import signed_with
from controller.features.accounts.queries import require
from controller.features.accounts.service import Password, open_key
from controller.features.areas.queries import area_tree, ended_areas, get_area
from controller.features.fleet.location_history import close_stays, open_stays
from controller.features.fleet.queries import get_node, nodes_by_area
from controller.features.journal.service import record
from controller.features.plans import publication as publishing
from controller.features.quarantine.service import drop_what_it_will_not_hear, have_hear
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from controller.model.plan_states import DocumentKind
from controller.store.locks import Lock, hold
from devices.enrolment import MOST_PLACED, Place
from devices.ids import AreaCode, NodeId, Role
from devices.jose import SigningKey

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


def place_key(session: Session, by: Operator, password: Password, now: datetime) -> SigningKey:
    """Return the administrator's opened key: whoever may lay down policies says which of them bind a node.

    Many nodes are told at once, each by a statement of its own: no passkey, which takes one touch for each.
    """
    key = open_key(session, by, role=Role.ADMINISTRATOR, password=password, now=now)
    if not isinstance(key, SigningKey):
        raise NotAllowed("Việc này phải ký bằng mật khẩu.", code="passkey.not-here")
    return key


def move_nodes(
    session: Session, nodes: Iterable[Node], to: AreaCode, *, key: SigningKey, by: Operator, now: datetime
) -> None:
    """Move nodes of one province and publish their places; the caller has checked the permission."""
    nodes = list(nodes)
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
    sign_places(session, nodes, key=key, by=by, now=now)


def sign_places(
    session: Session, nodes: Iterable[Node], *, key: SigningKey, by: Operator, now: datetime
) -> int:
    """Tell nodes by signed places where they stand, as the areas are now; return how many were told."""
    hold(session, Lock.PUBLISHED)
    tree = area_tree(session)
    by_area: dict[AreaCode, list[Node]] = defaultdict(list)
    for node in nodes:
        by_area[node.area].append(node)
    for area, there in sorted(by_area.items()):
        lineage = tuple(reversed(tree.lineage(area)))
        for at in range(0, len(there), MOST_PLACED):
            _sign_place(session, there[at : at + MOST_PLACED], lineage, key=key, by=by, now=now)
    return sum(map(len, by_area.values()))


def _sign_place(
    session: Session,
    nodes: Sequence[Node],
    areas: tuple[AreaCode, ...],
    *,
    key: SigningKey,
    by: Operator,
    now: datetime,
) -> None:
    """Tell nodes that stand in the same area by one place: whoever signs it signs once."""
    rows = [publishing.DocumentAddress(DocumentKind.PLACE, node.id) for node in nodes]
    version = max(publishing.next_version_of(session, row, now) for row in rows)
    place = Place(
        node=nodes[0].id,
        further_nodes=tuple(node.id for node in nodes[1:]),
        version=version,
        issued_at=now,
        expires_at=now + PLACE_LIFE,
        areas=areas,
    )
    text = signed_with(key, place)
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
        )


def sign_places_below(
    session: Session, area: AreaCode, *, by: Operator, password: Password, now: datetime
) -> int:
    """Tell all nodes of an area anew where they stand; return how many.

    Use it when the key that signed the places was compromised, or ends soon.
    """
    require(session, by, Act.RULE, get_area(session, area).code)
    key = place_key(session, by, password, now)
    return sign_places(session, nodes_by_area(session, area), key=key, by=by, now=now)
