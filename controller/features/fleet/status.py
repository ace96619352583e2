"""A node's status, derived from facts and never stored; pure."""

from datetime import datetime
from enum import StrEnum

from controller.features.fleet.faults import SILENT_AFTER, NodeFacts, reported_faults


class NodeStatus(StrEnum):
    """Status of a node as shown to people."""

    NEVER_SEEN = "never_seen"
    OFFLINE = "offline"
    SILENT = "silent"  # its session is up, but it sends nothing
    FAULTY = "faulty"
    SOUNDING = "sounding"
    READY = "ready"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


def status_of(facts: NodeFacts, now: datetime) -> NodeStatus:
    """Return the status that follows from the facts."""
    if facts.retired or facts.quarantined:
        return NodeStatus.RETIRED if facts.retired else NodeStatus.QUARANTINED
    if facts.last_heard_at is None:
        return NodeStatus.NEVER_SEEN
    if not facts.online:
        return NodeStatus.OFFLINE
    if now - facts.last_heard_at > SILENT_AFTER:
        return NodeStatus.SILENT
    if reported_faults(facts, now):
        return NodeStatus.FAULTY
    return NodeStatus.SOUNDING if facts.sounding else NodeStatus.READY
