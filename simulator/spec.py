"""The specification of a fleet: broker, nodes, storage, clock errors, and faults."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from devices.ids import AreaCode, NodeId
from simulator.delays import Delays
from simulator.faults import Faults, parse_faults

CLOCK_ERROR_MS = 500
"""Usual error of a cheap board's clock without synchronisation."""
DRIFT_PPM = 50
"""Usual drift of a cheap crystal."""


def _read_faults(told: Any) -> Any:
    return parse_faults(told) if isinstance(told, str) else told


class NodeSpec(BaseModel):
    """One loudspeaker: its id, and the areas above it from the province down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: NodeId
    areas: tuple[AreaCode, ...]
    first_session: int = 0
    """For a node that was enrolled by a code: start of its session count."""


class FleetSpec(BaseModel):
    """All that a fleet needs; read from the JSON file of `python -m simulator --spec FILE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    broker: str
    """mqtt://user:password@host:port"""
    root_public: str
    """Public half of the root key, base64url: the only key that nodes trust from the start."""
    nodes: tuple[NodeSpec, ...]
    storage: Path
    """Folder of the nodes' disks; a fleet that starts again on it continues where it was."""
    seed: int = 0
    clock_error_ms: Annotated[float, Field(ge=0)] = CLOCK_ERROR_MS
    drift_ppm: Annotated[float, Field(ge=0, le=1000)] = DRIFT_PPM
    fail: Annotated[Faults, BeforeValidator(_read_faults)] = Faults()
    """Also as text: `offline=5%,loss=2%,reboot=3%`."""
    delays: Delays = Delays()
    """Transit times of messages, added to the machine's own."""
    clocks_every_s: Annotated[float, Field(ge=0)] = 0.0
    """How often the fleet reports the errors of its nodes' clocks; 0: never."""
    record_dir: Path | None = None
    """Folder in which each tenth node writes the sound of its loudspeaker."""
    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Playing takes its duration divided by this; waiting is not shortened."""
