"""The specification of a fleet: broker, nodes, storage, clock errors, and faults."""

from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote, urlsplit
from zlib import crc32

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from devices.enrolling import Enrolled
from devices.ids import AreaCode, NodeId
from devices.messages import Capabilities, Output
from devices.node import NodeIdentity
from devices.node.homes import MOVE_SPREAD
from devices.node_key import NodeKey
from simulator.delays import Delays
from simulator.faults import Faults, parse_faults

CLOCK_ERROR_MS = 500
"""Usual error of a cheap board's clock without synchronisation."""
DRIFT_PPM = 50
"""Usual drift of a cheap crystal."""

CAN = Capabilities(
    codecs=("mp3", "opus"), outputs=(Output(name="horn-1", kind="horn"),), hardware="simulator"
)
"""What a simulated node says of itself."""

SOFTWARE = "loa-simulator/1"


def _read_faults(told: Any) -> Any:
    return parse_faults(told) if isinstance(told, str) else told


class NodeSpec(BaseModel):
    """One loudspeaker: its id, and the areas above it from the province down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: NodeId
    areas: tuple[AreaCode, ...]
    key: str | None = Field(default=None, repr=False)
    """Its own private key, base64url; None: derived from the fleet's `key_seed`."""
    first_session: int = 0
    """For a node that was enrolled by a code: start of its session count."""


class FleetSpec(BaseModel):
    """All that a fleet needs; read from the JSON file of `python -m simulator --spec FILE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    broker: str
    """mqtt://user:password@host:port"""
    authorities: tuple[str, ...] = ()
    """Certificates (base64 of DER) that nodes trust at that broker; none: those of the system."""
    root_public: str
    """Public half of the root key, base64url: the only key that nodes trust from the start."""
    nodes: tuple[NodeSpec, ...]
    key_seed: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", repr=False)
    """32 bytes, hexadecimal, from which the keys of its nodes are derived; None where each brings its own."""
    storage: Path
    """Folder of the nodes' disks; a fleet that starts again on it continues where it was."""
    seed: int = 0
    clock_error_ms: Annotated[float, Field(ge=0)] = CLOCK_ERROR_MS
    drift_ppm: Annotated[float, Field(ge=0, le=1000)] = DRIFT_PPM
    fail: Annotated[Faults, BeforeValidator(_read_faults)] = Faults()
    """Also as text: `offline=5%,loss=2%,reboot=3%`."""
    move_within_s: Annotated[float, Field(ge=0)] = MOVE_SPREAD.total_seconds()
    """Seconds within which nodes follow a new home."""
    metered_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Of the nodes, whose link is metered: they take the smallest rendition."""
    delays: Delays = Delays()
    """Transit times of messages, added to the machine's own."""
    powered_within_s: Annotated[float, Field(ge=0)] = 0.0
    """Seconds over which nodes get power one after the other; 0: as fast as the machine goes."""
    clocks_every_s: Annotated[float, Field(ge=0)] = 0.0
    """How often the fleet reports the errors of its nodes' clocks; 0: never."""
    record_dir: Path | None = None
    """Folder in which each tenth node writes the sound of its loudspeaker."""
    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Playing takes its duration divided by this; waiting is not shortened."""

    nice: Annotated[int, Field(ge=0, le=19)] = 0
    """Added to the niceness of the process: real loudspeakers take no processor from their station."""

    @model_validator(mode="after")
    def _each_has_a_key(self) -> Self:
        if self.key_seed is None and any(node.key is None for node in self.nodes):
            raise ValueError("a node without a key, and no key_seed to derive it from")
        return self

    @classmethod
    def of_enrolled(cls, who: Enrolled, folder: Path) -> Self:
        """Return a fleet of the one node that a folder is enrolled as."""
        enrolment, parts = who.enrolment, urlsplit(who.enrolment.broker)
        node = NodeSpec(
            id=enrolment.node,
            areas=enrolment.areas,
            key=who.key.to_text(),
            first_session=enrolment.first_session,
        )
        return cls(
            broker=f"{parts.scheme}://{quote(enrolment.node)}:{quote(who.password)}@{parts.netloc}",
            root_public=who.root_public,
            nodes=(node,),
            storage=who.disk(folder),
        )

    def key_of(self, node: NodeSpec) -> NodeKey:
        """Return a node's own key."""
        if node.key is not None:
            return NodeKey.from_text(node.key)
        assert self.key_seed is not None, "checked above"
        return NodeKey.derived(bytes.fromhex(self.key_seed), node.id)

    def identity_of(self, node: NodeSpec) -> NodeIdentity:
        """Return who a node is, and what it can do."""
        return NodeIdentity(
            node.id,
            node.areas,
            self.root_public,
            self.key_of(node),
            broker=without_credentials(self.broker),
            capabilities=CAN,
            is_metered=crc32(node.id.encode()) % 100 < self.metered_percent,
            first_session=node.first_session,
        )


def without_credentials(url: str) -> str:
    """Return a broker's address as a node's identity names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
