"""The nodes of a simulated province: which there are, how they are enrolled, how their fleet is told."""

from typing import Any

from sqlalchemy import select

from controller.app import Controller
from controller.areas.tables import Area
from controller.fleet.usecases import NewNode, enrol_nodes
from controller.founding import Secrets
from controller.station.fleet import FleetProcess
from devices.messages import AreaCode, NodeId

SIMULATED = "sim-"
"""How the ids of simulated nodes begin: no real one is enrolled by such a name."""


def enrol_simulated(station: Controller, count: int | None) -> list[NewNode]:
    """Enrol simulated nodes: `nodes_per_commune` in each commune, or `count` dealt out in turn."""
    province = AreaCode(station.settings.province)
    with station.store.write() as session:
        communes = session.execute(
            select(Area.code, Area.name).where(Area.parent == province).order_by(Area.code)
        ).all()
        wanted = station.settings.nodes_per_commune * len(communes) if count is None else count
        nodes = [_node(*communes[n % len(communes)], n // len(communes) + 1) for n in range(wanted)]
        enrol_nodes(session, nodes, by=None, now=station.now())
    return nodes


def _node(code: AreaCode, name: str, number: int) -> NewNode:
    return NewNode(NodeId(f"{SIMULATED}{code}-{number:02d}"), code, f"{name} · cụm {number}")


def fleet_of(station: Controller, nodes: list[NewNode], **more: Any) -> FleetProcess:
    """Return the fleet of these nodes, to be started by the caller."""
    spec = {
        "broker": station.broker_url,
        "root_public": Secrets(station.settings.home).root_public.read_text("utf-8").strip(),
        "nodes": [{"id": node.id, "areas": [station.settings.province, node.area]} for node in nodes],
        **more,
    }
    return FleetProcess(station.settings.home / "fleet", spec)
