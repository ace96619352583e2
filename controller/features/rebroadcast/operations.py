"""An airing once more for single loudspeakers, as pages and JSON both do it."""

from collections.abc import Iterable

from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.target_selection import air_for_chosen
from controller.http.transactions import writes
from controller.model.permissions import Act
from controller.store import Session
from devices.ids import AiringId, NodeId


@writes()
def air_again(
    session: Session, caller: Caller, airing_id: str, *, nodes: Iterable[str], broadcast: BroadcastRequest
) -> AiringId:
    """Plan an airing that is over once more for chosen nodes; where they stand are its areas."""
    caller.viewer.need(Act.AIR)
    airing, chosen = visible_airing(session, caller.scope, airing_id), [NodeId(node) for node in nodes]
    by, now = caller.by, caller.now()
    return air_for_chosen(session, airing.id, chosen, broadcast, by=by, now=now).id
