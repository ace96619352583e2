"""Who a node is: what is burnt into it when it is enrolled."""

from dataclasses import dataclass

from devices.ids import AreaCode, NodeId


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """A node's name, the areas above it from the province down, and the root key's public half."""

    node: NodeId
    areas: tuple[AreaCode, ...]
    root_public: str
    software: str = "loa-node/1"
    first_session: int = 0
    """Sessions are counted from here: above all of other hardware that bore this name before."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return whose plans are for this node: every area above it, and itself."""
        return (*self.areas, self.node)
