"""An airing once more for single loudspeakers, as pages and JSON both do it."""

from collections.abc import Iterable

from controller.features.accounts.page_permissions import need
from controller.features.accounts.viewer import Viewer
from controller.features.airings.page_queries import seen_airing
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.target_selection import air_for_chosen
from controller.http.station import Station
from controller.model.permissions import Act
from devices.ids import AiringId, NodeId


def air_again(
    station: Station, viewer: Viewer, airing_id: str, nodes: Iterable[str], broadcast: BroadcastRequest
) -> AiringId:
    """Plan an airing that is over once more for chosen nodes; where they stand are its areas."""
    need(viewer, Act.AIR)
    with station.store.write() as session:
        airing = seen_airing(session, viewer.scope, airing_id)
        chosen = [NodeId(node) for node in nodes]
        planned = air_for_chosen(
            session, airing.id, chosen, broadcast, by=viewer.operator, now=station.now()
        ).id
    station.wake()
    return planned
