"""Writes for the care of a node's faults: assignee, note, and which faults were seen."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import operator_named, require
from controller.features.areas.queries import area_tree
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.model.fleet import Care
from controller.model.permissions import Act, Operator, OperatorId, judge
from controller.store import one_write
from devices.ids import AreaCode, NodeId

LONGEST_NOTE = 2000


@one_write
def take_care(
    session: Session,
    node_id: NodeId,
    *,
    by: Operator,
    now: datetime,
    assignee: str | None = None,
    note: str | None = None,
    seen: frozenset[FaultKind] | None = None,
) -> Care:
    """Set the assignee of a node (a sign-in name, empty: nobody), the note, and which faults were seen.

    Arguments that are `None` change nothing. A fault of a kind that was not seen yet is shown as new.
    """
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    row = session.get(Care, node_id, with_for_update=True)
    if row is None:
        row = Care(node=node_id, note="", seen=[], changed_at=now)
        session.add(row)
    if note is not None:
        if len(note) > LONGEST_NOTE:
            raise BadInput(f"Ghi chú dài quá {LONGEST_NOTE} chữ.", code="care.long-note")
        row.note = note.strip()
    if assignee is not None:
        row.assignee = _person_for(session, assignee, node.area) if assignee else None
    if seen is not None:
        row.seen, row.seen_by, row.seen_at = sorted(seen), by.id, now
    row.changed_at = now
    session.flush()
    detail = {"assignee": row.assignee, "note": row.note, "seen": row.seen}
    record(session, by, "node.cared-for", node_id, now, detail=detail)
    return row


def _person_for(session: Session, name: str, area: AreaCode) -> OperatorId:
    person = operator_named(session, name)
    lineage = area_tree(session).lineage(area)
    if person is None or not judge(person, Act.ENROL, lineage).allowed:
        raise BadInput(f"«{name}» không phải là kỹ thuật viên của địa bàn này.", code="care.not-a-technician")
    return person.id
