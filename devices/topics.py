"""Every topic of the wire, built and parsed in one place; docs/protocol.md lists them with the same words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from devices import enrolment, roots, statements
from devices import messages as wire
from devices.ids import AreaCode, NodeId, RecordingId
from devices.wire_types import WireMessage

ROOT = "loa/v1"
STATION_STATE = f"{ROOT}/station/state"
ALL_STATES = f"{ROOT}/node/+/state"
ALL_VITALS = f"{ROOT}/node/+/vitals"
ALL_RECEIPTS = f"{ROOT}/node/+/receipt"
ALL_WANTS = f"{ROOT}/node/+/want"
ALL_TIME_REQUESTS = f"{ROOT}/time/+"
TOLD_FILTERS = (ALL_STATES, ALL_VITALS, ALL_RECEIPTS, ALL_WANTS)
"""What nodes tell the station."""
STATION_FILTERS = (*TOLD_FILTERS, ALL_TIME_REQUESTS)
"""What the station subscribes to; clock requests may come by a connection of their own."""

ROOTS = f"{ROOT}/roots"
ALL_KEYS = f"{ROOT}/keys/+"
ALL_PLANS = f"{ROOT}/plan/+"
ALL_POLICIES = f"{ROOT}/policy/+"
ALL_MANIFESTS = f"{ROOT}/recording/+/manifest"
ALL_PLACES = f"{ROOT}/node/+/place"
ALL_HOMES = f"{ROOT}/home/+"
RETAINED_FILTERS = (ROOTS, ALL_KEYS, ALL_PLACES, ALL_HOMES, ALL_PLANS, ALL_POLICIES, ALL_MANIFESTS)
"""Topics that the station retains and also subscribes to, so that it notices changes by others."""


class UnknownTopic(ValueError):  # noqa: N818 - as Malformed is named
    """The topic is none of this protocol's."""


def keys(area: AreaCode) -> str:
    """Return the topic of the keys that count in an area and below."""
    return f"{ROOT}/keys/{area}"


def plan(target: str) -> str:
    """Return the topic of an area's or a node's plan."""
    return f"{ROOT}/plan/{target}"


def policy(area: AreaCode) -> str:
    """Return the topic of an area's policy."""
    return f"{ROOT}/policy/{area}"


def home(area: AreaCode) -> str:
    """Return the topic that says where an area's loudspeakers find their station."""
    return f"{ROOT}/home/{area}"


def place(node: NodeId) -> str:
    """Return the topic of where a node stands."""
    return f"{ROOT}/node/{node}/place"


def manifest(recording: RecordingId) -> str:
    """Return the topic of a recording's manifest."""
    return f"{ROOT}/recording/{recording}/manifest"


def chunk(recording: RecordingId, n: int) -> str:
    """Return the topic of a recording's n-th chunk, for all nodes."""
    return f"{ROOT}/recording/{recording}/chunk/{n}"


def chunks(recording: RecordingId) -> str:
    """Return the filter of all chunks of a recording."""
    return f"{ROOT}/recording/{recording}/chunk/+"


def repair_chunk(node: NodeId, recording: RecordingId, n: int) -> str:
    """Return the topic of a chunk that is sent to one node alone."""
    return f"{ROOT}/node/{node}/chunk/{recording}/{n}"


def repair_chunks(node: NodeId) -> str:
    """Return the filter of all chunks that are sent to one node alone."""
    return f"{ROOT}/node/{node}/chunk/+/+"


def state(node: NodeId) -> str:
    """Return the topic of a node's birth and will."""
    return f"{ROOT}/node/{node}/state"


def vitals(node: NodeId) -> str:
    """Return the topic of a node's vitals."""
    return f"{ROOT}/node/{node}/vitals"


def receipt(node: NodeId) -> str:
    """Return the topic of a node's receipts."""
    return f"{ROOT}/node/{node}/receipt"


def receipt_committed(node: NodeId) -> str:
    """Return the topic on which the station says which receipts it keeps."""
    return f"{ROOT}/node/{node}/receipt-committed"


def want(node: NodeId) -> str:
    """Return the topic of a node's wants."""
    return f"{ROOT}/node/{node}/want"


def time(node: NodeId) -> str:
    """Return the topic of a node's clock requests."""
    return f"{ROOT}/time/{node}"


def time_reply(node: NodeId) -> str:
    """Return the topic of the station's signed answers to a node's clock requests."""
    return f"{ROOT}/time/{node}/reply"


def node_filters(node: NodeId, areas: Iterable[AreaCode]) -> tuple[str, ...]:
    """Return what a node always subscribes to: keys, place, plans, policies, homes, what is sent to it."""
    areas = tuple(areas)
    return (
        ROOTS,
        *(keys(area) for area in areas),
        place(node),
        *(plan(target) for target in (*areas, node)),
        *(policy(area) for area in areas),
        *(home(area) for area in areas),
        receipt_committed(node),
        repair_chunks(node),
        time_reply(node),
    )


@dataclass(frozen=True, slots=True)
class PlanTopic:
    """A plan of an area or a node."""

    target: str


@dataclass(frozen=True, slots=True)
class RootsTopic:
    """The root sets."""


@dataclass(frozen=True, slots=True)
class KeysTopic:
    """The key set of an area."""

    area: AreaCode


@dataclass(frozen=True, slots=True)
class PolicyTopic:
    """A policy of an area."""

    area: AreaCode


@dataclass(frozen=True, slots=True)
class HomeTopic:
    """Where an area's nodes find their station."""

    area: AreaCode


@dataclass(frozen=True, slots=True)
class PlaceTopic:
    """Where a node stands."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class ManifestTopic:
    """A manifest of a recording."""

    recording: RecordingId


@dataclass(frozen=True, slots=True)
class ChunkTopic:
    """A chunk for all nodes."""

    recording: RecordingId
    n: int


@dataclass(frozen=True, slots=True)
class RepairChunkTopic:
    """A chunk for one node."""

    node: NodeId
    recording: RecordingId
    n: int


@dataclass(frozen=True, slots=True)
class StateTopic:
    """Birth or will of a node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class VitalsTopic:
    """Vitals of a node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class ReceiptTopic:
    """Receipts of a node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class ReceiptCommittedTopic:
    """The station's acknowledgement that receipts of a node are committed."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class WantTopic:
    """Wants of a node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class TimeTopic:
    """A node's clock request."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class TimeReplyTopic:
    """The station's answer to a clock request."""

    node: NodeId


Topic = (
    PlanTopic
    | RootsTopic
    | KeysTopic
    | PolicyTopic
    | PlaceTopic
    | HomeTopic
    | ManifestTopic
    | ChunkTopic
    | RepairChunkTopic
    | StateTopic
    | VitalsTopic
    | ReceiptTopic
    | ReceiptCommittedTopic
    | WantTopic
    | TimeTopic
    | TimeReplyTopic
)

OF_THE_MOMENT = (VitalsTopic, WantTopic, TimeTopic)
"""Topics that are never retained: read later, they would be out of date."""

MOST_PARSED = 1024
"""Topics remembered with what they name: a chunk goes to all nodes of a process by the same one."""

_NAME = r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})"
_DIGEST = r"([0-9a-f]{64})"
_NUMBER = r"(0|[1-9][0-9]{0,5})"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[..., Topic]], ...] = (  # what comes most is tried first
    (re.compile(rf"node/{_NAME}/vitals"), VitalsTopic),
    (re.compile(rf"node/{_NAME}/receipt"), ReceiptTopic),
    (
        re.compile(rf"recording/{_DIGEST}/chunk/{_NUMBER}"),
        lambda rec, n: ChunkTopic(RecordingId(rec), int(n)),
    ),
    (re.compile(rf"time/{_NAME}/reply"), TimeReplyTopic),
    (re.compile(rf"time/{_NAME}"), TimeTopic),
    (re.compile(rf"node/{_NAME}/receipt-committed"), ReceiptCommittedTopic),
    (re.compile(rf"node/{_NAME}/state"), StateTopic),
    (re.compile(rf"node/{_NAME}/want"), WantTopic),
    (
        re.compile(rf"node/{_NAME}/chunk/{_DIGEST}/{_NUMBER}"),
        lambda node, recording, n: RepairChunkTopic(NodeId(node), RecordingId(recording), int(n)),
    ),
    (re.compile(rf"node/{_NAME}/place"), PlaceTopic),
    (re.compile(rf"home/{_NAME}"), HomeTopic),
    (re.compile(rf"plan/{_NAME}"), PlanTopic),
    (re.compile(rf"policy/{_NAME}"), PolicyTopic),
    (re.compile(rf"recording/{_DIGEST}/manifest"), ManifestTopic),
    (re.compile(rf"keys/{_NAME}"), KeysTopic),
    (re.compile(r"roots"), RootsTopic),
)


@lru_cache(MOST_PARSED)
def parse(topic: str) -> Topic:
    """Return what the topic names; raise UnknownTopic for any other topic."""
    head, _, rest = topic.partition(f"{ROOT}/")
    if not head:
        for shape, build in _SHAPES:
            if found := shape.fullmatch(rest):
                return build(*found.groups())
    raise UnknownTopic(topic)


@dataclass(frozen=True, slots=True)
class Channel:
    """One row of the wire's table; tests hold docs/protocol.md and asyncapi.yaml against it."""

    name: str
    address: str
    sender: Literal["station", "node"]
    qos: int
    retained: bool
    model: type[WireMessage] | None
    typ: str | None = None


_ANY_NODE = NodeId("{node}")
_ANY_RECORDING = RecordingId("{recording}")
CHANNELS = (
    Channel("roots", ROOTS, "station", 1, True, roots.RootChain),
    Channel("keys", keys(AreaCode("{area}")), "station", 1, True, statements.KeySet, "loa-keys"),
    Channel("plan", plan("{target}"), "station", 1, True, wire.Plan, "loa-plan"),
    Channel("policy", policy(AreaCode("{area}")), "station", 1, True, statements.Policy, "loa-policy"),
    Channel("home", home(AreaCode("{area}")), "station", 1, True, enrolment.Home, "loa-home"),
    Channel("place", place(_ANY_NODE), "station", 1, True, enrolment.Place, "loa-place"),
    Channel("manifest", manifest(_ANY_RECORDING), "station", 1, True, wire.Manifest, "loa-manifest"),
    Channel("chunk", f"{ROOT}/recording/{{recording}}/chunk/{{n}}", "station", 1, False, None),
    Channel("repairChunk", f"{ROOT}/node/{{node}}/chunk/{{recording}}/{{n}}", "station", 1, False, None),
    Channel("stationState", STATION_STATE, "station", 1, True, wire.StationState),
    Channel("state", state(_ANY_NODE), "node", 1, True, wire.NodeState),
    Channel("vitals", vitals(_ANY_NODE), "node", 0, False, wire.Vitals),
    Channel("receipt", receipt(_ANY_NODE), "node", 1, False, wire.Receipts),
    Channel(
        "receiptCommitted",
        receipt_committed(_ANY_NODE),
        "station",
        0,
        False,
        wire.ReceiptsCommitted,
        "loa-committed",
    ),
    Channel("want", want(_ANY_NODE), "node", 1, False, wire.Want),
    Channel("time", time(_ANY_NODE), "node", 0, False, wire.TimeRequest),
    Channel("timeReply", time_reply(_ANY_NODE), "station", 0, False, wire.TimeReply, "loa-time"),
)
