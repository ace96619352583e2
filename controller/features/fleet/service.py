"""Writes for nodes: enrolment, and what nodes report about themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.areas.queries import area_tree, ended_areas
from controller.features.fleet.location_history import close_stays, open_stays
from controller.features.fleet.node_names import check_free, check_name
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.model.base import UtcDateTime, WrittenJson
from controller.model.fleet import TOLD, Node, StateTurn
from controller.model.permissions import Act, Operator
from controller.store import one_write
from controller.store.many import Many, told_as
from controller.store.name_lists import named_by
from devices.ids import AreaCode, NodeId
from devices.messages import NodeState, Vitals

_HOUR, _TURNS_AN_HOUR = timedelta(hours=1), 60
"""A node flaps from six turns an hour on: more than sixty say no more, and each is a row for 40 days."""
HEARD_LATELY = timedelta(seconds=15)
"""A node that was heard so lately is not noted anew for a receipt; it is silent after minutes (faults.py)."""
_ANY_SESSION = 2**53  # above every number that a session can have


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node to be enrolled."""

    id: NodeId
    area: AreaCode
    name: str


@one_write
def add_node(session: Session, node: NewNode, *, by: Operator, now: datetime) -> None:
    """Enrol a node without a code, or bring a retired one back; raises Conflict for one in use."""
    known = session.get(Node, node.id)
    if known is not None and known.retired_at is None:
        raise Conflict(f"Cụm loa {node.id} đang dùng ở địa bàn {known.area}.", code="node.known")
    enrol_node(session, node, by=by, now=now)


def enrol_node(session: Session, node: NewNode, *, by: Operator | None, now: datetime) -> None:
    """Enrol one node; see `enrol_nodes`."""
    enrol_nodes(session, [node], by=by, now=now)


def enrol_nodes(session: Session, nodes: Sequence[NewNode], *, by: Operator | None, now: datetime) -> int:
    """Enrol nodes in bulk; return how many are new. A node already in use in the same area stays unchanged.

    A retired node comes back into use and may count its sessions from the beginning again.
    `by` None: the initial nodes, created on the server itself; then retired nodes stay retired, and nodes
    that were moved since keep their area.
    """
    check_nodes(session, nodes, by)
    known = {node.id: node for node in session.scalars(select(Node))}
    moved = [node.id for node in nodes if node.id in known and known[node.id].area != node.area]
    if moved and by is not None:
        raise Conflict(f"Cụm loa {moved[0]} đã có ở địa bàn khác.", code="node.elsewhere")
    back = [node for node in nodes if by and node.id in known and known[node.id].retired_at is not None]
    new = [node for node in nodes if node.id not in known]
    for node in back:
        bring_back(session, known[node.id], node, now)
        record(session, by, "node.brought-back", node.id, now)
    if new:
        _insert(session, new, by, now)
    return len(new) + len(back)


def bring_back(session: Session, row: Node, node: NewNode, now: datetime) -> None:
    """Take a retired node into use again with a name and an area; its session numbers start again."""
    row.name, row.area, row.enrolled_at, row.retired_at = node.name, node.area, now, None
    row.session, row.online, row.online_at, row.last_heard_at, row.vitals = 0, False, None, None, None
    row.capabilities = None
    row.first_session, row.quarantined_at, row.quarantine_reason = 0, None, None
    row.flooded_at, row.flooded = None, None
    for name in TOLD:
        setattr(row, name, None)
    open_stays(session, [(row.id, row.area)], now)


def _insert(session: Session, new: Sequence[NewNode], by: Operator | None, now: datetime) -> None:
    rows = [
        {"id": node.id, "area": node.area, "name": node.name, "enrolled_at": now, "session": 0}
        | {"online": False, "software": ""}
        for node in new
    ]
    session.execute(insert(Node), rows)
    open_stays(session, [(node.id, node.area) for node in new], now)
    record(session, by, "nodes.enrolled", new[0].id, now, detail={"nodes": len(new), "last": new[-1].id})


def check_nodes(session: Session, nodes: Sequence[NewNode], by: Operator | None) -> None:
    """Raise for an invalid id, an unknown area, a duplicate id, or an area where the person may not enrol."""
    tree, ended = area_tree(session), ended_areas(session)
    areas = {code.casefold() for code in tree.parents}
    known = set(session.scalars(select(Node.id)))
    folded = {node.casefold() for node in known}
    for node in nodes:
        check_name(node.id)
        check_free(node.id, nodes=frozenset() if node.id in known else folded, areas=areas)
        if node.area not in tree or node.area in ended:
            raise BadInput(f"Không có địa bàn nào mang mã {node.area}.", code="area.unknown")
    if len({node.id.casefold() for node in nodes}) != len(nodes):
        raise BadInput("Danh sách có mã cụm loa trùng nhau.", code="node.twice")
    if by is not None:
        require(session, by, Act.ENROL, *{node.area for node in nodes})


@one_write
def retire_node(session: Session, node_id: NodeId, *, by: Operator, now: datetime) -> None:
    """Retire a node: it is no longer counted; its receipts are kept."""
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    if node.retired_at is None:
        node.retired_at = now
        close_stays(session, [node_id], now)
    record(session, by, "node.retired", node_id, now)


def note_states(
    session: Session, states: Iterable[NodeState], *, now: datetime, retained: bool = False
) -> None:
    """Apply births and deaths in order; those of an older session or an unknown node change nothing.

    A node with a new disk counts its sessions from one again: its birth is distinguished from an old one by
    its time or, if its clock is not set yet, by being live; see docs/protocol.md (Connection).
    `retained` True: the broker had kept the messages: they give the state, but do not show that a node was
    heard now.
    """
    rows = [_parameters(state, now, retained=retained) for state in states]
    if not rows:
        return
    before = _states_of(session, {row["node"] for row in rows})
    is_newer = or_(Node.session <= bindparam("bound"), Node.online_at < bindparam("born_at"))
    lives = bindparam("lives", type_=BigInteger())
    has_moved = Node.home.is_distinct_from(lives)
    changes = or_(Node.session != bindparam("born"), Node.online != bindparam("is_online"), has_moved)
    # a node with a retained birth was heard at least once; a live message was heard now
    told = bindparam("told_at", type_=UtcDateTime)
    heard = func.coalesce(Node.last_heard_at, told) if retained else bindparam("heard")
    can = bindparam("can", type_=JSON(none_as_null=True))
    # one by one in the order they came: a death may follow the birth of the same session
    session.connection().execute(
        update(Node)
        .where(Node.id == bindparam("node"), is_newer, *_is_heard())
        .where(*([changes] if retained else []))
        .values(
            session=bindparam("born"),
            online=bindparam("is_online"),
            online_at=bindparam("since"),
            software=bindparam("program"),
            capabilities=case((bindparam("is_online"), can), else_=Node.capabilities),
            home=case((bindparam("is_online"), lives), else_=Node.home),
            last_heard_at=heard,
        ),
        rows,
    )
    _note_turns(session, rows, before, now)


def _is_heard() -> tuple[ColumnElement[bool], ...]:
    """Return the SQL condition to accept a node's message: not of replaced hardware, not in quarantine."""
    return Node.first_session <= bindparam("born"), Node.quarantined_at.is_(None)


def _states_of(session: Session, nodes: set[NodeId]) -> dict[NodeId, tuple[bool, int]]:
    query = select(Node.id, Node.online, Node.session).where(Node.id.in_(nodes))
    return {node: (online, number) for node, online, number in session.execute(query)}


def _note_turns(
    session: Session, rows: Sequence[dict[str, Any]], before: Mapping[NodeId, tuple[bool, int]], now: datetime
) -> None:
    """Store the changes between online and offline, in order; they are few compared with vitals."""
    after = _states_of(session, {row["node"] for row in rows})
    is_online = {node: online for node, (online, _) in before.items()}
    turns = []
    for row in rows:
        node, online = row["node"], row["is_online"]
        # messages outside the range from the earlier to the newest session were not applied
        if node not in before or not before[node][1] <= row["born"] <= after[node][1]:
            continue
        if is_online[node] != online:
            is_online[node] = online
            turns.append({"node": node, "at": row["turned_at"], "online": online})
    room = _room_for_turns(session, {turn["node"] for turn in turns}, now)
    kept = []
    for turn in turns:
        room[turn["node"]] -= 1
        if room[turn["node"]] >= 0:
            kept.append(turn)
    if kept:
        session.execute(insert(StateTurn), kept)


def _room_for_turns(session: Session, nodes: set[NodeId], now: datetime) -> dict[NodeId, int]:
    """Return how many more turns of each node may be stored after those of the last hour."""
    query = select(StateTurn.node, func.count()).where(StateTurn.node.in_(nodes), StateTurn.at > now - _HOUR)
    counted = session.execute(query.group_by(StateTurn.node)).all() if nodes else []
    return dict.fromkeys(nodes, _TURNS_AN_HOUR) | {node: _TURNS_AN_HOUR - count for node, count in counted}


def _parameters(state: NodeState, now: datetime, *, retained: bool) -> dict[str, Any]:
    """Return a state as parameters of its update; a node's time later than ours is not used."""
    at = min(state.at, now) if state.at else None
    return {
        "node": state.node,
        "born": state.session,
        "bound": _ANY_SESSION if state.online and at is None and not retained else state.session,
        "born_at": at if state.online else None,
        "is_online": state.online,
        "since": at or now,
        "told_at": at,
        "turned_at": (at or now) if retained else now,  # a node's clock may be wrong
        "heard": now,
        "program": state.software,
        "can": None if state.capabilities is None else state.capabilities.model_dump(mode="json"),
        "lives": state.home,
    }


def note_newest(session: Session, come: Iterable[tuple[datetime, Vitals]]) -> None:
    """Store the newest vitals of each node with the instant at which they arrived."""
    newest = {told.node: (at, told) for at, told in come}
    rows = [
        {"of_node": told.node, "told": told.model_dump_json(), "born": told.session, "heard": at}
        | dict(zip(_TOLD_NAMES, _figures_of(told), strict=True))
        for at, told in newest.values()
    ]
    if rows:
        _NEWEST.execute(session, rows)


_figures_of = attrgetter(*TOLD)
_TOLD_NAMES = tuple(f"told_{name}" for name in TOLD)
_OF_NEWEST = {"of_node": Node.id, "born": Node.session, "heard": Node.last_heard_at} | {
    f"told_{name}": getattr(Node, name) for name in TOLD
}
_NEWEST = Many(
    update(Node)
    .where(Node.id == bindparam("of_node"), Node.session <= bindparam("born"), *_is_heard())
    .values(vitals=bindparam("told", type_=WrittenJson()), last_heard_at=bindparam("heard"))
    .values({name: bindparam(f"told_{name}") for name in TOLD}),
    "UPDATE nodes SET vitals = CAST(told.told AS json), last_heard_at = told.heard, "  # noqa: S608 - ours
    f"{', '.join(f'{name} = told.told_{name}' for name in TOLD)} "
    f"FROM {told_as(_OF_NEWEST | {'told': Node.quarantine_reason})} "
    "WHERE nodes.id = told.of_node AND nodes.session <= told.born AND nodes.first_session <= told.born "
    "AND nodes.quarantined_at IS NULL",
)


def note_heard(session: Session, nodes: Iterable[NodeId], *, now: datetime) -> None:
    """Record that the nodes were heard; where that was noted lately, their wide rows stay as they are."""
    if heard := set(nodes):
        since = {"heard_at": now, "lately": now - HEARD_LATELY}
        session.connection().execute(_HEARD, {"nodes": heard, **since})


_HEARD = (
    update(Node)
    .where(named_by(Node.id, "nodes"))
    .where(or_(Node.last_heard_at.is_(None), Node.last_heard_at < bindparam("lately")))
    .values(last_heard_at=bindparam("heard_at"))
)
