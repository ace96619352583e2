"""Words and symbols for the status of a node, and nodes grouped by area."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from controller.features.fleet.status import NodeStatus
from controller.http.named import Named
from controller.http.signs import Sign, StatusTone, unnamed
from controller.model.fleet import Node
from devices.ids import AreaCode

NODE_SIGNS = Named(
    {
        NodeStatus.NEVER_SEEN: Sign("Chưa từng kết nối", "circle-dashed", StatusTone.CALM),
        NodeStatus.OFFLINE: Sign("Mất kết nối", "wifi-off", StatusTone.BAD),
        NodeStatus.SILENT: Sign("Không trả lời", "plug-connected-x", StatusTone.BAD),
        NodeStatus.FAULTY: Sign("Có trục trặc", "alert-triangle", StatusTone.WARN),
        NodeStatus.SOUNDING: Sign("Đang phát", "broadcast", StatusTone.LIVE),
        NodeStatus.READY: Sign("Sẵn sàng", "circle-check", StatusTone.GOOD),
        NodeStatus.QUARANTINED: Sign("Đang cách ly", "x", StatusTone.CALM),
        NodeStatus.RETIRED: Sign("Đã ngừng dùng", "x", StatusTone.CALM),
    },
    unnamed,
)


ONLINE = frozenset({NodeStatus.READY, NodeStatus.SOUNDING, NodeStatus.FAULTY})


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A commune's nodes with the status of each."""

    area: AreaCode
    name: str
    nodes: Sequence[tuple[Node, NodeStatus]]

    @property
    def online(self) -> int:
        """Number of nodes that can be reached."""
        return sum(status in ONLINE for _, status in self.nodes)


def group_by_area(
    nodes: Iterable[tuple[Node, NodeStatus]], name_of: Callable[[AreaCode], str]
) -> list[NodeGroup]:
    """Return the nodes by area; the input must be sorted by area."""
    return [
        NodeGroup(area, name_of(area), list(group))
        for area, group in groupby(nodes, key=lambda pair: pair[0].area)
    ]
