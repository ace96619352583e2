"""What `loa area` and `loa node move` do on the station's own machine; what is signed asks for a password."""

from collections.abc import Sequence
from typing import Any

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.area_changes import changes as changing
from controller.features.area_changes.changes import NewArea
from controller.features.areas.queries import areas, get_area, history_of
from controller.features.plans.local import signing_here
from controller.features.relocation.service import move_node, nodes_below, place_key, sign_places
from controller.model.permissions import Act
from devices.ids import AreaCode, NodeId


def areas_here(under: str | None) -> list[dict[str, Any]]:
    """Return the areas in force (those directly below one, or all), by code."""
    with local_store() as store, store.read() as session:
        if under is not None:
            get_area(session, AreaCode(under))
        found = areas(session, None if under is None else AreaCode(under))
        return [
            {"code": area.code, "parent": area.parent, "kind": area.kind, "name": area.name}
            for area in found
            if area.ended_at is None
        ]


def history_here(code: str) -> dict[str, Any]:
    """Return an area as it is, and as it was before each change."""
    with local_store() as store, store.read() as session:
        area = get_area(session, AreaCode(code))
        return {
            "code": area.code,
            "name": area.name,
            "kind": area.kind,
            "parent": area.parent,
            "ended_at": area.ended_at and area.ended_at.isoformat(),
            "history": [
                {
                    "name": span.name,
                    "kind": span.kind,
                    "parent": span.parent,
                    "valid_from": span.valid_from and span.valid_from.isoformat(),
                    "valid_to": span.valid_to.isoformat(),
                }
                for span in history_of(session, area.code)
            ],
        }


def add_here(code: str, name: str, kind: str, under: str, *, by: str) -> None:
    """Make an area."""
    with local_store() as store, store.write() as session:
        new = NewArea(AreaCode(code), name, kind)
        changing.add_area(session, new, AreaCode(under), by=person_named(session, by), now=utc_now())


def rename_here(code: str, name: str | None, kind: str | None, *, by: str) -> None:
    """Call an area otherwise."""
    with local_store() as store, store.write() as session:
        person = person_named(session, by)
        changing.rename_area(session, AreaCode(code), name=name, kind=kind, by=person, now=utc_now())


def reparent_here(code: str, to: str, *, by: str) -> int:
    """Put an area under another."""
    with signing_here(by) as (session, key):
        person = person_named(session, by)
        return changing.reparent_area(
            session, AreaCode(code), AreaCode(to), by=person, password=key, now=utc_now()
        )


def merge_here(codes: Sequence[str], into: NewArea, *, by: str) -> int:
    """Join areas."""
    with signing_here(by) as (session, key):
        return changing.merge_areas(
            session,
            [AreaCode(code) for code in codes],
            into,
            by=person_named(session, by),
            password=key,
            now=utc_now(),
        )


def split_here(code: str, new: NewArea, nodes: Sequence[str], *, by: str) -> int:
    """Make an area of a part of another."""
    if not nodes:
        raise BadInput("Hãy nêu ít nhất một cụm loa.", code="area.no-nodes")
    with signing_here(by) as (session, key):
        return changing.split_area(
            session,
            AreaCode(code),
            {new: [NodeId(node) for node in nodes]},
            by=person_named(session, by),
            password=key,
            now=utc_now(),
        )


def close_here(code: str, into: str, *, by: str) -> list[str]:
    """End an area; return who still has an account there."""
    with signing_here(by) as (session, key):
        person = person_named(session, by)
        return changing.close_area(
            session, AreaCode(code), AreaCode(into), by=person, password=key, now=utc_now()
        )


def move_node_here(node: str, to: str, *, by: str) -> None:
    """Have a node stand in another area."""
    with signing_here(by) as (session, key):
        person = person_named(session, by)
        move_node(session, NodeId(node), AreaCode(to), by=person, password=key, now=utc_now())


def sign_places_here(area: str, *, by: str) -> int:
    """Tell all nodes of an area anew where they stand: after the key that signed it was compromised."""
    now = utc_now()
    with signing_here(by) as (session, opened):
        person = person_named(session, by)
        get_area(session, AreaCode(area))
        require(session, person, Act.RULE, AreaCode(area))
        key = place_key(session, person, opened, now)
        return sign_places(session, nodes_below(session, AreaCode(area)), key=key, by=person, now=now)
