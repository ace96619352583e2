"""The nodes of a simulated province: selection, enrolment, and the spec of their fleet."""

import os
from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.app import Controller
from controller.features.areas.queries import area_tree
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.node_names import SIMULATED
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.host.broker import refuse_fleet_at
from controller.host.station_keys import Secrets, station_seal
from controller.model.areas import Area
from controller.model.fleet import Node
from controller.settings import Settings
from controller.store import Store
from controller.trial.fleet_process import FleetProcess, FleetProcesses
from devices.ids import AreaCode, NodeId
from devices.node_key import NodeKey

MOST_PROCESSES: Final = 4
"""Most processes for the simulated loudspeakers; never more than there are processors."""
LEAST_A_PROCESS: Final = 250
"""Fewer nodes than this need no second process: it would cost more memory than it helps."""


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
        enrol_fleet(session, station, [*nodes, *there])
    fresh = {node.id for node in nodes}
    return [*nodes, *(node for node in there if node.id not in fresh)]


def enrol_fleet(session: Session, station: Controller, nodes: Sequence[NewNode]) -> None:
    """Enrol nodes that a fleet will play, with the public halves of the keys that it derives."""
    enrol_nodes(session, nodes, by=None, now=station.now())
    seed = key_seed(station.settings)
    keys = {node.id: NodeKey.derived(seed, node.id).public for node in nodes}
    give_keys(session, keys, station.welcome(), now=station.now())


def key_seed(settings: Settings) -> bytes:
    """Return the 32 bytes from which the keys of this station's simulated nodes are derived."""
    return station_seal(settings).derive("loa simulated loudspeakers")


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
    as many processes as there are processors.
    """
    refuse_fleet_at(station.broker_url)
    with station.store.read() as session:
        tree = area_tree(session)
        standing = {node: area for node, area in session.execute(select(Node.id, Node.area))}  # noqa: C416 - typed
    common = {
        "broker": station.broker_url,
        "root_public": Secrets(station.settings.home).root_public.read_text("utf-8").strip(),
        "key_seed": key_seed(station.settings).hex(),
        **more,
    }
    told = [{"id": node.id, "areas": tree.lineage(standing.get(node.id, node.area))[::-1]} for node in nodes]
    count = min(os.cpu_count() or 1, MOST_PROCESSES, max(1, len(told) // LEAST_A_PROCESS))
    home = station.settings.home
    return FleetProcesses(
        [
            FleetProcess(home / (name if n == 0 else f"{name}-{n}"), {**common, "nodes": told[n::count]})
            for n in range(count)
        ]
    )
