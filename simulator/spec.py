"""What a fleet is told: broker, nodes, storage, how wrong its clocks are, and which faults it shall have."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from devices.ids import AreaCode, NodeId
from simulator.delays import Delays
from simulator.faults import Faults, parse_faults

CLOCK_ERROR_MS = 500
"""How wrong a cheap board's clock usually is when nobody disciplines it."""
DRIFT_PPM = 50
"""What a cheap crystal loses or gains."""


def _read_faults(told: Any) -> Any:
    return parse_faults(told) if isinstance(told, str) else told


class NodeSpec(BaseModel):
    """One loudspeaker: its id, and the areas above it from the province down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: NodeId
    areas: tuple[AreaCode, ...]
    first_session: int = 0
    """Of a node that was enrolled by a code: its sessions are counted from here."""


class FleetSpec(BaseModel):
    """Everything that a fleet needs; read from the JSON file of `python -m simulator --spec FILE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    broker: str
    """mqtt://user:password@host:port"""
    root_public: str
    """Public half of the root key, base64url: all that nodes believe from the start."""
    nodes: tuple[NodeSpec, ...]
    storage: Path
    """Folder of the nodes' disks; a fleet that starts again on it goes on where it was."""
    seed: int = 0
    clock_error_ms: Annotated[float, Field(ge=0)] = CLOCK_ERROR_MS
    drift_ppm: Annotated[float, Field(ge=0, le=1000)] = DRIFT_PPM
    fail: Annotated[Faults, BeforeValidator(_read_faults)] = Faults()
    """Also as a person writes them: `offline=5%,loss=2%,reboot=3%`."""
    delays: Delays = Delays()
    """How long messages of nodes are on their way, beside what the machine takes."""
    clocks_every_s: Annotated[float, Field(ge=0)] = 0.0
    """How often the fleet tells how wrong its nodes' clocks are; 0: never."""
    record_dir: Path | None = None
    """Where each tenth node writes what came out of its loudspeaker."""
    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Playing takes its duration divided by this; waiting takes as long as ever."""
