"""Recordings that plans have a node hold ahead of need; docs/protocol.md, "Recordings to keep"."""

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
from devices.signing import UnknownKey

KEPT = "kept/"
"""Names of the documents that say what the station was told of each recording to keep."""


class KeptRecord(BaseModel):
    """What the station was last told of one recording to keep."""

    name: str
    recording: RecordingId
    is_held: bool = False
    refused: str | None = None


class Keeping:
    """What is to be kept, also beyond a plan's lifetime: an alarm is needed when all else is gone."""

    def __init__(self, trust: Trust, fetching: Fetching, outbox: Outbox, clock: StationClock) -> None:
        self._trust = trust
        self._fetching = fetching
        self._outbox = outbox
        self._clock = clock
        self._records: dict[str, KeptRecord] = {}

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Remember what was told before the power went; half a document counts as nothing told."""
        for name, body in documents.items():
            if name.startswith(KEPT):
                try:
                    record = KeptRecord.model_validate_json(body)
                except ValidationError:
                    continue
                self._records[record.name] = record

    def meet(self, station: datetime, now: datetime) -> tuple[set[RecordingId], list[Effect]]:
        """Return what to hold, and what there is to tell of it.

        A plan's expiry ends its airings, not its keeping. What is not (or no longer) approved is not fetched,
        but not dropped either while a plan names it: an approval may be renewed.
        """
        named = {
            kept.name: kept
            for plan in sorted(self._trust.plans.values(), key=lambda plan: plan.version)
            for kept in plan.keep
        }
        if not named and not self._records:
            return set(), []
        if any(
            plan.silent for plan in self._trust.plans.values()
        ):  # fetch nothing, tell nothing, drop nothing
            return {kept.recording for kept in named.values() if self._is_whole(kept)}, []
        hold: set[RecordingId] = set()
        effects: list[Effect] = []
        for kept in named.values():
            reason = self._trust.judge(kept, station)
            if reason is None or self._is_whole(kept):
                hold.add(kept.recording)
            effects += self._tell(kept, None if reason is None else reason.code, now)
        for name in self._records.keys() - named.keys():
            del self._records[name]
            effects.append(DropDocument(KEPT + name))
        return hold, effects

    def _tell(self, kept: Kept, refused: str | None, now: datetime) -> list[Effect]:
        record = self._records.get(kept.name)
        if record is None or record.recording != kept.recording:
            record = self._records[kept.name] = KeptRecord(name=kept.name, recording=kept.recording)
        kind: ReceiptKind | None = None
        if refused not in {record.refused, UnknownKey.code}:  # an unknown key may be on its way
            record.refused = refused
            kind = None if refused is None else ReceiptKind.REFUSED
        if kind is None and record.is_held and self._fetching.is_lacking(kept.recording):
            record.is_held, kind, refused = False, ReceiptKind.LOST, "recording-spoilt"
        elif kind is None and refused is None and not record.is_held and self._is_whole(kept):
            record.is_held, kind = True, ReceiptKind.KEPT
        if kind is None:
            return []
        fact = Fact(kept.name, kept.recording, kind, self._clock.station(now), reason=refused)
        save = SaveDocument(KEPT + kept.name, record.model_dump_json().encode())
        return [save, *self._outbox.add(fact, now)]

    def _is_whole(self, kept: Kept) -> bool:
        return self._fetching.is_whole(kept.recording)
