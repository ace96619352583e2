"""What `loa node` does on the station's own machine: on its database, while it runs or not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.errors import Conflict
from controller.features.accounts.secret_codes import typed_code
from controller.features.areas.queries import area_tree, get_area
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.service import hardware_of, make_code, open_codes, withdraw_code
from controller.features.fleet.fault_assignments import take_care
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.queries import facts_of, get_node
from controller.features.fleet.service import NewNode, enrol_node, retire_node
from controller.features.fleet.status import status_of
from controller.features.fleet.watch import Wish, events_now, watched
from controller.features.provisioning.service import station_key, welcome_of
from controller.features.quarantine.service import limit_volume, quarantine_node, release_node
from controller.features.speaker_tests.service import prepare_test, try_node
from controller.model.fleet import Node
from controller.model.speech import Speech
from controller.settings import Settings
from devices.enrolment import qr_payload
from devices.ids import AreaCode, NodeId


def nodes_here(area: str | None) -> list[dict[str, Any]]:
    """Return the nodes in use under an area (all, without one), by area and id."""
    now = utc_now()
    with local_store() as store, store.read() as session:
        query = select(Node).where(Node.retired_at.is_(None)).order_by(Node.area, Node.id)
        if area is not None:
            get_area(session, AreaCode(area))
            query = query.where(Node.area.in_(area_tree(session).below([AreaCode(area)])))
        return [
            {
                "node": node.id,
                "area": node.area,
                "name": node.name,
                "status": str(status_of(facts_of(node), now)),
                "last_heard_at": None if node.last_heard_at is None else node.last_heard_at.isoformat(),
            }
            for node in session.scalars(query)
        ]


def add_here(node: str, area: str, name: str, *, by: str) -> None:
    """Enrol a node, or bring a retired one back: it is counted, planned for and acknowledged."""
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        known = session.get(Node, NodeId(node))
        if known is not None and known.retired_at is None:
            raise Conflict(f"Cụm loa {node} đang dùng ở địa bàn {known.area}.", code="node.known")
        enrol_node(session, NewNode(NodeId(node), AreaCode(area), name), by=person, now=utc_now())


def retire_here(nodes: Sequence[str], *, by: str) -> None:
    """Take nodes out of use, all or none; what they played stays in the log."""
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        for node in nodes:
            retire_node(session, NodeId(node), by=person, now=utc_now())


def code_here(node: str, area: str, name: str, hours: float, *, by: str) -> dict[str, Any]:
    """Make a code with which a node enrols itself, or takes the place of the hardware that bears the name."""
    settings = Settings()
    with local_store() as store:
        taken = foreign_names(store, settings)
        with store.write() as session:
            person = person_named(session, by)
            new = NewNode(NodeId(node), AreaCode(area), name)
            life = timedelta(hours=hours)
            row, code = make_code(session, new, by=person, now=utc_now(), life=life, taken=taken)
    welcome = welcome_of(settings, station_key(settings), settings.broker_url, "")
    return {
        "id": row.id,
        "node": node,
        "code": code,
        "expires_at": row.expires_at.isoformat(),
        "qr": qr_payload(welcome.address, typed_code(code), welcome.root_public),
    }


def replacing_here(node: str) -> tuple[str, str]:
    """Return area and name of a node in use: what a code for its new hardware says again."""
    with local_store() as store, store.read() as session:
        row = get_node(session, NodeId(node))
        return row.area, row.name


def codes_here() -> list[dict[str, Any]]:
    """Return the codes that can still be claimed, newest first."""
    with local_store() as store, store.read() as session:
        everywhere = frozenset(area_tree(session).parents)
        return [
            {"id": row.id, "node": row.node, "area": row.area, "expires_at": row.expires_at.isoformat()}
            for row in open_codes(session, utc_now(), everywhere)
        ]


def withdraw_here(enrolment: str, *, by: str) -> None:
    """Make a code void."""
    with local_store() as store, store.write() as session:
        withdraw_code(session, enrolment, by=person_named(session, by), now=utc_now())


def quarantine_here(node: str, reason: str, *, by: str) -> None:
    """Have a node say and hear nothing."""
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        quarantine_node(session, NodeId(node), reason=reason, by=person, now=utc_now())


def release_here(node: str, *, by: str) -> None:
    """End a node's quarantine."""
    with local_store() as store, store.write() as session:
        release_node(session, NodeId(node), by=person_named(session, by), now=utc_now())


def volume_here(node: str, loudest: int, *, by: str) -> None:
    """Cap a node's volume."""
    with local_store() as store, store.write() as session:
        limit_volume(session, NodeId(node), loudest, by=person_named(session, by), now=utc_now())


def hardware_here(node: str) -> list[dict[str, Any]]:
    """Return every board that bore a node's name, the newest first."""
    with local_store() as store, store.read() as session:
        get_node(session, NodeId(node))
        return [
            {
                "number": row.number,
                "public": row.public,
                "software": row.software,
                "issued_at": row.issued_at.isoformat(),
                "ended_at": None if row.ended_at is None else row.ended_at.isoformat(),
            }
            for row in hardware_of(session, node)
        ]


def faults_here(area: str | None) -> dict[str, Any]:
    """Return what there is to look after: events first, then every node with faults."""
    now = utc_now()
    with local_store() as store, store.read() as session:
        below = None
        if area is not None:
            get_area(session, AreaCode(area))
            below = area_tree(session).below([AreaCode(area)])
        found = watched(session, Wish(areas=below, only_faulty=True), now)
        happened = events_now(session, below, now)
    return {
        "events": [
            {"kind": one.kind, "area": one.area, "since": one.since.isoformat(), "nodes": list(one.nodes)}
            for one in happened
        ],
        "nodes": [
            {
                "node": one.node.id,
                "area": one.node.area,
                "name": one.node.name,
                "faults": [
                    {"kind": fault.kind, "sentence": fault.sentence, "figure": fault.figure}
                    for fault in one.faults
                ],
                "unseen": sorted(one.unseen),
                "assignee": one.assignee,
                "note": one.care.note if one.care else "",
            }
            for one in found
        ],
    }


def care_here(node: str, assignee: str | None, note: str | None, *, seen: bool, by: str) -> None:
    """Say who looks after a node; `seen`: all faults that it has now were seen."""
    now = utc_now()
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        row = get_node(session, NodeId(node))
        kinds: frozenset[FaultKind] | None = None
        if seen:
            here = watched(session, Wish(areas=frozenset({row.area})), now)
            kinds = frozenset(fault.kind for one in here if one.node.id == node for fault in one.faults)
        take_care(session, NodeId(node), by=person, now=now, assignee=assignee, note=note, seen=kinds)


def prepare_test_here(*, by: str) -> str:
    """Draft and submit the test text; return the bulletin's id."""
    chosen = Settings()
    fallback = chosen.fallback_engine if chosen.fallback_engine != chosen.engine else None
    speech = Speech(engine=chosen.engine, voice=chosen.voice, rate=chosen.rate, fallback=fallback or None)
    with local_store() as store, store.write() as session:
        return prepare_test(session, by=person_named(session, by), now=utc_now(), speech=speech).id


def try_here(node: str, volume: int, *, by: str) -> str:
    """Have one loudspeaker sound a test; return the airing's id."""
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        return try_node(session, NodeId(node), by=person, now=utc_now(), volume=volume).id
