"""Content of the as-aired log's entries; pure.

An entry is written when its airing has ended. Later receipts append a correcting entry; the newest entry of
a node and an airing is valid. docs/architecture.md, "What was heard".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any, Final

from controller.features.airings.delivery_state import TOO_LONG
from controller.features.journal.chain import hash_of, written
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.bulletin_states import BulletinId
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId

LOG = "as-aired"
"""What the exported lines of this log say that they are of."""
ACT = "as_aired.noted"
"""The act by which the journal, which is signed, vouches for the last entry of a batch."""

NO_WORD = "Cụm loa chưa báo gì về lượt phát này."
IN_PART = "Cụm loa chỉ phát được một phần."
NOT_ENDED = "Cụm loa đã bắt đầu nhưng chưa báo phát xong."


@dataclass(frozen=True, slots=True)
class Noted:
    """Content of an entry about one node and one airing; equal content is not written twice."""

    airing: AiringId
    node: NodeId
    area: AreaCode
    bulletin: BulletinId
    revision: int | None
    recording: RecordingId | None
    grade: Grade
    state: AiringState
    planned_at: datetime
    planned_ms: int
    fetched_at: datetime | None
    started_at: datetime | None
    start_offset_ms: int | None
    finished_at: datetime | None
    heard_ms: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a report counts in one area, and the fields to group it by."""

    area: AreaCode
    bulletin: BulletinId
    title: str
    legal_act: str | None
    """The act that its bulletin tells of, as people name it."""
    topic: str | None
    """What its bulletin is about: a code of the province's list."""
    topic_name: str | None
    """Its name of now."""
    planned_ms: int
    heard_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AiredInArea(Counted):
    """Sums over airings of one month and the nodes of one area; an empty `bulletin` means all bulletins."""

    month: str
    """Of the planned start in local time: `2026-11`."""
    airings: frozenset[AiringId]
    airings_heard: frozenset[AiringId]
    """Those that at least one node began."""
    nodes: frozenset[NodeId]
    nodes_heard: frozenset[NodeId]
    """Those that began at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AiredAtNode(Counted):
    """The newest entry for one node and one airing."""

    airing: AiringId
    node: NodeId
    grade: Grade
    state: AiringState
    planned_at: datetime
    fetched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    reason: str | None
    noted_at: datetime
    """When the log was told: after an outage hours or days later than it happened."""
    is_corrected: bool

    @property
    def is_heard(self) -> bool:
        """Whether the node began it."""
        return self.started_at is not None


def reason_of(
    rung: DeliveryStage, told: str | None, state: AiringState, airing_reason: str | None, *, is_whole: bool
) -> str | None:
    """Return why a node did not play the whole airing, or None if it did and its receipt is credible."""
    if is_whole and told != TOO_LONG:
        return None
    if told:
        return told
    if state is not AiringState.AIRED and airing_reason:
        return airing_reason
    if rung is DeliveryStage.FINISHED:
        return IN_PART
    return NOT_ENDED if rung is DeliveryStage.STARTED else NO_WORD


_TOLD: Final = tuple(one.name for one in fields_of(Noted))


def entry(noted: Noted, *, seq: int, at: datetime, corrects: int | None, previous: str) -> dict[str, Any]:
    """Return the columns of an entry, including its hash."""
    told = {name: getattr(noted, name) for name in _TOLD}  # `asdict` copies each value deeply: a fifth of all
    fields = {"seq": seq, "at": at, "corrects": corrects, **told, "previous": previous}
    return fields | {"hash": hash_of(line_fields(fields))}


def line_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry in the form that is exported and hashed: instants as text, with the name of the log."""
    told = {name: written(value) if isinstance(value, datetime) else value for name, value in fields.items()}
    return {"log": LOG, **told}
