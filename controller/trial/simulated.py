"""The nodes of a simulated province: selection, enrolment, and the spec of their fleet."""

import math
import os
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.app import Controller
from controller.features.areas.queries import area_tree, known_areas
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.node_names import SIMULATED
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes, positions_of
from controller.host.broker import refuse_fleet_at
from controller.host.station_keys import Secrets, station_seal
from controller.model.areas import Area
from controller.model.fleet import Node, PositionSource
from controller.settings import Settings
from controller.store import Store
from controller.trial.fleet_process import FleetProcess, FleetProcesses
from devices.ids import AreaCode, NodeId
from devices.node_key import NodeKey

MOST_PROCESSES: Final = 4
"""Most processes for the simulated loudspeakers; never more than there are processors."""
LEAST_A_PROCESS: Final = 250
"""Fewer nodes than this need no second process: it would cost more memory than it helps."""
_GOLDEN_TURN: Final = math.pi * (3 - math.sqrt(5))
"""Radians from one place on a spiral to the next, so that all are about equally far apart."""
_SPACING: Final = 0.0042
"""Degrees: some 450 m."""


def enrol_simulated(station: Controller, count: int | None) -> list[NewNode]:
    """Enrol simulated nodes: `nodes_per_commune` in each commune, or `count` over the communes in turn."""
    province = AreaCode(station.settings.province)
    with station.store.write() as session:
        there = _simulated(session) if count is None else []
        communes = session.execute(
            select(Area.code, Area.name).where(Area.parent == province).order_by(Area.code)
        ).all()
        wanted = station.settings.nodes_per_commune * len(communes) if count is None else count
        nodes = [_node(*communes[n % len(communes)], n // len(communes) + 1) for n in range(wanted)]
        fresh = {node.id for node in nodes}
        all_nodes = [*nodes, *(node for node in there if node.id not in fresh)]
        enrol_fleet(session, station, all_nodes)
        _place(session, nodes, station.now())
    return all_nodes


def enrol_fleet(session: Session, station: Controller, nodes: Sequence[NewNode]) -> None:
    """Enrol nodes that a fleet will play, with the public halves of the keys that it derives."""
    enrol_nodes(session, nodes, by=None, now=station.now())
    seed = key_seed(station.settings)
    keys = {node.id: NodeKey.derived(seed, node.id).public for node in nodes}
    give_keys(session, keys, station.welcome(), now=station.now())


def key_seed(settings: Settings) -> bytes:
    """Return the 32 bytes from which the keys of this station's simulated nodes are derived."""
    return station_seal(settings).derive("loa simulated loudspeakers")


def place_around(latitude: float, longitude: float, number: int) -> tuple[float, float]:
    """Return the place of the nth of many loudspeakers on a spiral around a point, in degrees."""
    turn, far = number * _GOLDEN_TURN, _SPACING * math.sqrt(number)
    return latitude + far * math.sin(turn), longitude + far * math.cos(turn)


def _place(session: Session, nodes: Sequence[NewNode], now: datetime) -> None:
    """Give simulated nodes without a position one around their commune's centre, some 450 m apart."""
    known = positions_of(session, [node.id for node in nodes])
    areas, counted, placed = known_areas(session), Counter[AreaCode](), []
    for node in nodes:
        area = areas[node.area]
        counted[node.area] += 1
        if node.id in known or area.latitude is None or area.longitude is None:
            continue
        placed.append(Placed(node.id, *place_around(area.latitude, area.longitude, counted[node.area])))
    if placed:
        place_nodes(session, placed, source=PositionSource.MAP, by=None, now=now)


def _simulated(session: Session) -> list[NewNode]:
    """Return the simulated nodes in use, including those of communes that were merged since."""
    query = select(Node).where(Node.id.startswith(SIMULATED), Node.retired_at.is_(None)).order_by(Node.id)
    return [NewNode(node.id, node.area, node.name) for node in session.scalars(query)]


def _node(code: AreaCode, name: str, number: int) -> NewNode:
    return NewNode(NodeId(f"{SIMULATED}{code}-{number:02d}"), code, f"{name} · cụm {number}")


class StationAccess(Protocol):
    """What a fleet needs of a station: its folder, its database and its broker."""

    @property
    def store(self) -> Store:
        """Its database."""

    @property
    def settings(self) -> Settings:
        """Its settings."""

    @property
    def broker_url(self) -> str:
        """The URL of its broker."""


def fleet_of(
    station: StationAccess, nodes: list[NewNode], name: str = "fleet", **more: Any
) -> FleetProcesses:
    """Return the fleet of these nodes, to be started by the caller; `name` is its folder's.

    One interpreter runs its nodes one after another, real nodes run in parallel: many nodes are divided over
    as many processes as there are processors. Where the broker is a tree they
    connect to its leaves, each process to one.
    """
    leaves = tuple(station.settings.leaf_urls.values())
    for url in (station.broker_url, *leaves):
        refuse_fleet_at(url)
    with station.store.read() as session:
        tree = area_tree(session)
        standing = {node: area for node, area in session.execute(select(Node.id, Node.area))}  # noqa: C416 - typed
    brokers = leaves or (station.broker_url,)
    common = {
        "root_public": Secrets(station.settings.home).root_public.read_text("utf-8").strip(),
        "key_seed": key_seed(station.settings).hex(),
        **more,
    }
    told = [{"id": node.id, "areas": tree.lineage(standing.get(node.id, node.area))[::-1]} for node in nodes]
    count = max(len(leaves), min(os.cpu_count() or 1, MOST_PROCESSES, max(1, len(told) // LEAST_A_PROCESS)))
    home = station.settings.home
    return FleetProcesses(
        [
            FleetProcess(
                home / (name if n == 0 else f"{name}-{n}"),
                {"broker": brokers[n % len(brokers)], **common, "nodes": told[n::count]},
            )
            for n in range(count)
        ]
    )
