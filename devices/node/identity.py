"""The identity of a node, fixed when it is enrolled."""

from dataclasses import dataclass, field

from devices import topics
from devices.ids import AreaCode, NodeId
from devices.messages import Capabilities
from devices.node_key import NodeKey


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """A node's name, the areas above it from the province down, the root's public key, and its own key."""

    node: NodeId
    areas: tuple[AreaCode, ...]
    root_public: str
    key: NodeKey
    """Its own key, made at its first start: it signs the node's receipts."""
    broker: str = "mqtt://localhost"
    """The broker that it was enrolled at, without user and password."""
    software: str = "loa-node/1"
    capabilities: Capabilities = field(default_factory=Capabilities)
    is_metered: bool = False
    """Whether each byte of its link is paid for: it then takes the smallest rendition."""
    first_session: int = 0
    """Start of the session count: above all sessions of earlier hardware with this name."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return whose plans apply to this node: every area above it, and itself."""
        return (*self.areas, self.node)

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the permanent subscriptions, keys first: everything else is checked with them."""
        return topics.node_filters(self.node, self.areas)
