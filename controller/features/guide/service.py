"""What a newcomer does to a simulated loudspeaker of a trial: pull its plug, and put it in again."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.fleet.node_names import SIMULATED
from controller.features.fleet.queries import get_node
from controller.features.guide.tour import PLUGGED_IN, UNPLUGGED
from controller.features.journal.service import record
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import NodeId


@one_write
def note_plug(session: Session, node_id: str, *, is_in: bool, by: Operator, now: datetime) -> NodeId:
    """Note in the journal that a simulated loudspeaker's plug is pulled or put in; return which it is."""
    node = get_node(session, NodeId(node_id))
    require(session, by, Act.ENROL, node.area)
    if not node.id.startswith(SIMULATED):
        raise BadInput("Chỉ rút phích được cụm loa mô phỏng.", code="trial.real-node")
    act = PLUGGED_IN if is_in else UNPLUGGED
    record(session, by, act, node.id, now, detail={"session": node.session})
    return node.id
