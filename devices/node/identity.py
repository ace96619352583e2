"""The identity of a node, fixed when it is enrolled."""

from dataclasses import dataclass

from devices.ids import AreaCode, NodeId


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """A node's name, the areas above it from the province down, and the root's public key."""

    node: NodeId
    areas: tuple[AreaCode, ...]
    root_public: str
    software: str = "loa-node/1"
    first_session: int = 0
    """Start of the session count: above all sessions of earlier hardware with this name."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return whose plans apply to this node: every area above it, and itself."""
        return (*self.areas, self.node)
