"""Recordings that plans tell a node to store in advance; docs/protocol.md, "Recordings to keep"."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ValidationError

from devices.ids import RecordingId
from devices.messages import Kept, ReceiptKind
from devices.node.clock import StationClock
from devices.node.effects import DropDocument, Effect, SaveDocument
from devices.node.fetching import Fetching
from devices.node.receipts import Fact, Outbox
from devices.node.trust import Trust
from devices.not_trusted import UnknownKey

KEPT = "kept/"
"""Prefix of the names of documents with what was reported of each recording to keep."""


class KeptRecord(BaseModel):
    """What was last reported to the station about one recording to keep."""

    name: str
    recording: RecordingId
    is_held: bool = False
    refused: str | None = None


class Keeping:
    """What to keep, also after a plan expires: an alarm must be playable during a long outage."""

    def __init__(self, trust: Trust, fetching: Fetching, outbox: Outbox, clock: StationClock) -> None:
        self._trust = trust
        self._fetching = fetching
        self._outbox = outbox
        self._clock = clock
        self._records: dict[str, KeptRecord] = {}

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Load the records from before the power cut; an incomplete document is ignored."""
        for name, body in documents.items():
            if name.startswith(KEPT):
                try:
                    record = KeptRecord.model_validate_json(body)
                except ValidationError:
                    continue
                self._records[record.name] = record

    def meet(self, station: datetime, now: datetime) -> tuple[set[RecordingId], list[Effect]]:
        """Return the recordings to keep, and receipts to send about them.

        A plan's expiry ends its airings, not its keeping. What is not (or no longer) approved is not fetched,
        but not deleted either while a plan names it: the approval may be renewed.
        """
        named = {
            kept.name: kept
            for plan in sorted(self._trust.plans.values(), key=lambda plan: plan.version)
            for kept in plan.keep
        }
        if not named and not self._records:
            return set(), []
        hold: set[RecordingId] = set()
        effects: list[Effect] = []
        for kept in named.values():
            kept, reason = self._trust.as_taken(kept, station)  # noqa: PLW2901 - from here on what it plays
            if reason is None or self._is_whole(kept):
                hold.add(kept.recording)
            why = self._fetching.why_not(kept.recording) if reason is None else reason.code
            effects += self._tell(kept, why, now)
        for name in self._records.keys() - named.keys():
            del self._records[name]
            effects.append(DropDocument(KEPT + name))
        return hold, effects

    def _tell(self, kept: Kept, refused: str | None, now: datetime) -> list[Effect]:
        record = self._records.get(kept.name)
        if record is None or record.recording != kept.recording:
            record = self._records[kept.name] = KeptRecord(name=kept.name, recording=kept.recording)
        kind: ReceiptKind | None = None
        if refused not in {record.refused, UnknownKey.code}:  # the key may still arrive
            record.refused = refused
            kind = None if refused is None else ReceiptKind.REFUSED
        if kind is None and record.is_held and self._fetching.is_lacking(kept.recording):
            record.is_held, kind, refused = False, ReceiptKind.LOST, "recording-spoilt"
        elif kind is None and refused is None and not record.is_held and self._is_whole(kept):
            record.is_held, kind = True, ReceiptKind.KEPT
        if kind is None:
            return []
        at = self._clock.station(now) if self._clock.is_set else None
        fact = Fact(kept.name, kept.recording, kind, at, trust=self._clock.trust(now), reason=refused)
        save = SaveDocument(KEPT + kept.name, record.model_dump_json().encode())
        return [save, *self._outbox.add(fact, now)]

    def _is_whole(self, kept: Kept) -> bool:
        return self._fetching.is_whole(kept.recording)
