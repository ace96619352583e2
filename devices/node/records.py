"""What a node records of each airing, so that nothing is played twice and a power cut loses no fact."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, Field, ValidationError

from devices.ids import AiringId, Grade, RecordingId
from devices.messages import PlannedAiring
from devices.node.effects import DropDocument, Effect, SaveDocument
from devices.plan import ends_at

AIRING = "airing/"
"""Prefix of the names of documents that hold one record each."""
KEPT_AFTER = timedelta(days=1)
"""Time after the end of an airing and of its plan: until then an old plan could still name it."""
KEPT_MORE = timedelta(hours=1)
"""A record is not rewritten for every plan that lasts a little longer: writes must not delay a start."""
CALLED_AHEAD = timedelta(seconds=2)
"""An emergency that starts within this time is called, not scheduled; a station calls 0.35 s ahead."""


class AiringRecord(BaseModel):
    """How far this node came with one airing; durations in ms of the recording."""

    airing: AiringId
    recording: RecordingId
    ends_at: datetime
    keep_until: datetime
    fetched: bool = False
    refused: str | None = None
    started: bool = False
    finished: bool = False
    closed: bool = True
    """Whether a receipt has reported the end of the newest stretch of sound."""
    is_between: bool = False
    """Whether a round of a repeated airing was heard to its end and the next one follows."""
    heard_ms: int = 0
    """Total of all closed stretches."""
    stretch_offset_ms: int = 0
    stretch_ms: int | None = None
    """Heard in the current stretch, when last saved; None while it does not sound."""
    volume: int | None = None
    """The lowest volume at which it sounded; None before it did."""
    has_begun_here: bool = Field(default=False, exclude=True)
    """Whether it began to sound since power-on."""
    failures: int = 0
    """How often the loudspeaker failed."""
    held_back: str | None = None
    """Why it was silent while it was due: the time was not known well enough, or no word came for days."""
    is_told_unheard: bool = False
    """Whether a receipt has reported that it was held back until its end."""

    def is_about_to_sound(self, called: PlannedAiring, station: datetime) -> bool:
        """Return whether its emergency is called now: to sign and save that it is held waits for it."""
        is_now = abs(called.starts_at - station) < CALLED_AHEAD
        return called.grade is Grade.EMERGENCY and is_now and not self.started

    def sounds_at(self, volume: int) -> None:
        """Note at which volume it sounds now."""
        self.volume = volume if self.volume is None else min(self.volume, volume)

    def end_stretch(self, heard_ms: int) -> None:
        """Add the current stretch of sound to the total and close it."""
        self.heard_ms += heard_ms
        self.stretch_ms = None


class Records:
    """All records, by airing."""

    def __init__(self) -> None:
        self._records: dict[AiringId, AiringRecord] = {}

    def __iter__(self) -> Iterator[AiringRecord]:
        return iter(self._records.values())

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Load what was on disk; a stretch that a power cut ended counts as far as it was saved."""
        for name, body in documents.items():
            if not name.startswith(AIRING):
                continue
            try:
                record = AiringRecord.model_validate_json(body)
            except ValidationError:
                continue  # an incomplete document: the airing counts as new
            if record.stretch_ms is not None:
                record.end_stretch(record.stretch_ms)
            self._records[record.airing] = record

    def get(self, airing: AiringId) -> AiringRecord | None:
        """Return the record of an airing."""
        return self._records.get(airing)

    def meet(self, airing: PlannedAiring, plans_expire_at: datetime) -> tuple[AiringRecord, bool]:
        """Return the record of a planned airing, and whether it is new or its time changed."""
        ends = ends_at(airing)
        keep = max(ends, plans_expire_at) + KEPT_AFTER + KEPT_MORE
        record = self._records.get(airing.airing)
        if record is None:
            record = AiringRecord(
                airing=airing.airing, recording=airing.recording, ends_at=ends, keep_until=keep
            )
            self._records[airing.airing] = record
            return record, True
        is_same = record.ends_at == ends and record.recording == airing.recording
        if is_same and record.keep_until >= keep - KEPT_MORE:
            return record, False
        if record.recording != airing.recording:
            record.fetched = False
        record.recording, record.ends_at, record.keep_until = airing.recording, ends, keep
        return record, True

    def save(self, record: AiringRecord) -> SaveDocument:
        """Return the effect that makes a record durable."""
        return SaveDocument(AIRING + record.airing, record.model_dump_json().encode())

    def sweep(self, station: datetime) -> list[Effect]:
        """Delete records that no plan can name any more."""
        past = [record.airing for record in self if record.keep_until < station]
        for airing in past:
            del self._records[airing]
        return [DropDocument(AIRING + airing) for airing in past]
