"""Who a node is: what is burnt into it when it is enrolled."""

from dataclasses import dataclass

from devices.messages import AreaCode, NodeId


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """A node's name, the areas above it from the province down, and the root key's public half."""

    node: NodeId
    areas: tuple[AreaCode, ...]
    root_public: str
    software: str = "loa-node/1"

    @property
    def targets(self) -> tuple[str, ...]:
        """Return whose plans are for this node: every area above it, and itself."""
        return (*self.areas, self.node)
