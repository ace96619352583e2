"""Fetches recordings: manifest, chunks, requests for missing chunks, and a check of the whole at the end."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import topics
from devices.chunks import Bitmap, proven, want_of
from devices.ids import NodeId, RecordingId
from devices.messages import Capabilities, Manifest
from devices.node.effects import (
    DigestRecording,
    DropDocument,
    DropRecording,
    Effect,
    Publish,
    SaveChunk,
    SaveDocument,
    Subscribe,
    Unsubscribe,
)
from devices.node.events import Received
from devices.node.memory import UNKNOWN_STORAGE

MANIFEST = "manifest/"
"""Prefix of the names of documents that hold signed manifests."""
FIRST_WANT = timedelta(seconds=1)
"""All nodes receive a new plan at the same instant; their requests are spread over this time."""
PATIENCE = timedelta(seconds=4)
"""Without a new chunk for this time, request again: the sender limits its rate, but rarely pauses longer."""
LEAST_PACE = 100_000
"""Bytes a second. Missing chunks may take as long as this gives after a request: an answer that waits for its
turn or in the broker's queue is not requested again."""
LONGEST_PATIENCE = timedelta(seconds=30)
"""Longest wait: without answers, more frequent requests do not help."""
PRESSING = timedelta(seconds=60)
"""This long before a start, and while it is due, waits do not grow: what arrives now can still be heard."""
JITTER = 0.25
UNNAMED_KEPT = timedelta(days=1)
"""A recording that no plan names is kept this long: what is aired daily is not sent daily."""
AGED_EVERY = timedelta(hours=1)
"""Largest step in which that time is counted: a raw clock that is set forward does not add a day."""
SPOILT = "recording-spoilt"
MOST_SPOILT = 2
"""After this many digests that differ from the manifest, the manifest is no longer trusted."""

RESERVE = 32 * 1024 * 1024
"""Bytes that recordings of later days leave free: for what starts soon, and for an emergency."""

Standing = tuple[tuple[RecordingId, bool, bool, str | None], ...]
"""For each recording: whether it is complete, whether it is being checked, why it cannot be played."""


@dataclass(slots=True)
class Fetch:
    """One recording: its manifest and the chunks that are here."""

    manifest: Manifest | None = None
    held: Bitmap | None = None
    is_whole: bool = False
    is_checking: bool = False
    spoilt: int = 0
    unfit: str | None = None
    """Why this node cannot play it, by what its manifest says."""
    want_at: datetime | None = None
    heard_at: datetime | None = None
    """When the last new chunk arrived, since the last request."""
    patience: timedelta | None = None
    """How long to wait after the last request; None: it was answered, or there was none."""
    unnamed_for: timedelta | None = None
    """How long no plan has named it; None: a plan names it."""

    @property
    def why_not(self) -> str | None:
        """Return why it will not be played: its digest was wrong too often, or this node cannot."""
        return SPOILT if self.spoilt >= MOST_SPOILT else self.unfit

    @property
    def missing_bytes(self) -> int:
        """Return how many bytes are still to come; 0 before the manifest is known."""
        if self.manifest is None or self.held is None or not self.is_lacking:
            return 0
        return max(0, self.manifest.size - len(self.held) * self.manifest.chunk_size)

    @property
    def is_lacking(self) -> bool:
        """Return whether chunks are missing."""
        return not (self.is_whole or self.is_checking or self.unfit or self.spoilt >= MOST_SPOILT)


class Fetching:
    """All recordings that this node has or is fetching."""

    def __init__(
        self,
        node: NodeId,
        rng: random.Random,
        storage_free: int = UNKNOWN_STORAGE,
        can: Capabilities | None = None,
    ) -> None:
        self._can = can or Capabilities()
        self._free = storage_free if storage_free != UNKNOWN_STORAGE else None
        """Bytes left on the disk, counted from what there was at boot; None: not known."""
        self._soon: set[RecordingId] = set()
        self._node = node
        self._rng = rng
        self._connected = False
        self._fetches: dict[RecordingId, Fetch] = {}
        self._stored: dict[RecordingId, Bitmap] = {}
        self._aged_at: datetime | None = None
        self.chunks_refused = 0

    def restore(
        self, manifests: Mapping[RecordingId, Manifest], chunks: Mapping[RecordingId, Bitmap]
    ) -> list[Effect]:
        """Continue with what is on the disk; complete recordings are checked again after a power cut.

        Chunks without a trusted manifest are kept, like all others, for a day until a plan names them.
        """
        self._stored = dict(chunks)
        effects: list[Effect] = []
        for recording, manifest in manifests.items():
            fetch = self._fetches[recording] = Fetch(manifest)
            fetch.held = self._held_of(manifest)
            fetch.unfit = self._can.why_not(manifest.codec, manifest.size)
            effects += self._check_if_full(recording, fetch)
        for recording in self._stored:
            self._fetches[recording] = Fetch()
        return effects

    def name(
        self, recordings: set[RecordingId], now: datetime, soon: set[RecordingId] | None = None
    ) -> list[Effect]:
        """Fetch what plans name, in the background; delete what no plan has named for a day.

        `soon`: what is needed within a day, or held ready (None: all). The rest is fetched if there is room.
        """
        self._soon = recordings if soon is None else soon
        effects = self._age(now)
        for recording in sorted(recordings - self._fetches.keys()):
            self._fetches[recording] = Fetch()
            effects += self._listen(Subscribe((topics.manifest(recording),)))
        again = {of for of in recordings if self._fetches[of].unnamed_for is not None}
        for recording in again:  # all of them first: to begin one may delete what is unnamed
            self._fetches[recording].unnamed_for = None
        for recording, fetch in list(self._fetches.items()):
            if recording in recordings:
                if recording in again or (fetch.manifest and fetch.is_lacking and not fetch.want_at):
                    effects += self._begin(recording, fetch, now)
            elif fetch.unnamed_for is None:
                fetch.unnamed_for = timedelta()
                fetch.want_at = None
                effects += self._listen(Unsubscribe(self._filters_of(recording, fetch)))
        return effects

    def _age(self, now: datetime) -> list[Effect]:
        """Count how long recordings have been unnamed; delete those over the limit."""
        last, self._aged_at = self._aged_at, now
        passed = timedelta() if last is None else max(timedelta(), min(now - last, AGED_EVERY))
        effects: list[Effect] = []
        for recording, fetch in list(self._fetches.items()):
            if fetch.unnamed_for is None:
                continue
            fetch.unnamed_for += passed
            if fetch.unnamed_for > UNNAMED_KEPT:
                effects += self._delete(recording)
        return effects

    def take_manifest(self, manifest: Manifest, text: bytes, now: datetime) -> list[Effect]:
        """Accept a verified manifest of a recording that is named and had none."""
        fetch = self._fetches.get(manifest.recording)
        if fetch is None or fetch.manifest is not None:
            return []
        fetch.manifest = manifest
        fetch.held = self._held_of(manifest)
        fetch.unfit = self._can.why_not(manifest.codec, manifest.size)
        save = SaveDocument(MANIFEST + manifest.recording, text)
        return [
            save,
            *self._check_if_full(manifest.recording, fetch),
            *self._begin(manifest.recording, fetch, now),
        ]

    def needs_manifest(self, recording: RecordingId) -> bool:
        """Return whether a manifest of this recording would change anything."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.manifest is None

    def take_chunk(self, recording: RecordingId, n: int, came: Received, now: datetime) -> list[Effect]:
        """Store a chunk that is missing and correct; a wrong one is counted and dropped."""
        fetch = self._fetches.get(recording)
        if (
            fetch is None
            or fetch.manifest is None
            or fetch.held is None
            or not fetch.is_lacking
            or n in fetch.held
        ):
            return []
        data = proven(fetch.manifest, n, came.payload, came.sha256)
        if data is None:
            self.chunks_refused += 1
            return []
        fetch.held.set(n)
        if self._free is not None:
            self._free -= len(data)
        if fetch.heard_at is None:
            fetch.patience = None
            fetch.want_at = now + self._jittered(PATIENCE)  # postponed in `tick` while more chunks arrive
        fetch.heard_at = now
        save = SaveChunk(recording, n, fetch.held.count, data)
        return [save, *self._check_if_full(recording, fetch)]

    def digested(self, recording: RecordingId, sha256: str, now: datetime) -> list[Effect]:
        """Process the digest of a recording: correct: it is complete; wrong: it is fetched once more."""
        fetch = self._fetches.get(recording)
        if fetch is None or fetch.manifest is None or not (fetch.is_checking or fetch.is_whole):
            return []
        if fetch.is_whole and sha256 == recording:
            return []  # checked again before use and still correct
        fetch.is_checking = fetch.is_whole = False
        if sha256 == recording:
            fetch.is_whole = True
            fetch.want_at = None
            return self._listen(Unsubscribe(self._filters_of(recording, fetch)))
        fetch.spoilt += 1
        self._gain(fetch)
        fetch.held = Bitmap(fetch.manifest.count)
        again = [] if fetch.why_not else self._begin(recording, fetch, now)
        return [DropRecording(recording), *again]

    def check_again(self, recording: RecordingId) -> list[Effect]:
        """Check a complete recording's digest again; until the answer it counts as complete."""
        fetch = self._fetches.get(recording)
        if fetch is None or not fetch.is_whole or fetch.manifest is None:
            return []
        return [DigestRecording(recording, fetch.manifest.count)]

    def connected(self, now: datetime) -> list[Effect]:
        """Subscribe again to all that is missing, and request it soon."""
        self._connected = True
        effects: list[Effect] = []
        for recording, fetch in list(self._fetches.items()):
            if fetch.unnamed_for is None and fetch.manifest is None:
                effects.append(Subscribe((topics.manifest(recording),)))
            elif fetch.unnamed_for is None and fetch.is_lacking:
                effects += self._begin(recording, fetch, now)
        return effects

    def disconnected(self) -> None:
        """Stop requesting."""
        self._connected = False
        for fetch in self._fetches.values():
            fetch.want_at = None

    def tick(self, now: datetime, start: datetime | None = None) -> list[Effect]:
        """Request what is missing and did not arrive; `start`: of the current or next airing, if any."""
        effects = self._age(now)
        if not self._connected:
            return effects
        for recording, fetch in self._fetches.items():
            if fetch.want_at is None or now < fetch.want_at or not fetch.is_lacking or fetch.held is None:
                continue
            if fetch.heard_at is not None and now < fetch.heard_at + PATIENCE * (1 - JITTER):
                fetch.want_at = fetch.heard_at + self._jittered(PATIENCE)
                continue
            want = want_of(self._node, recording, fetch.held)
            effects.append(Publish(topics.want(self._node), want.payload()))
            fetch.heard_at = None
            fetch.want_at = self._again_at(fetch, now, start)
        return effects

    def _again_at(self, fetch: Fetch, now: datetime, start: datetime | None) -> datetime:
        """Return when to request again if nothing arrives."""
        assert fetch.manifest is not None
        assert fetch.held is not None
        missing = (fetch.held.count - len(fetch.held)) * fetch.manifest.chunk_size
        least = min(PATIENCE + timedelta(seconds=missing / LEAST_PACE), LONGEST_PATIENCE)
        fetch.patience = least if fetch.patience is None else min(fetch.patience * 2, LONGEST_PATIENCE)
        usual = now + self._jittered(fetch.patience)
        if start is None:
            return usual
        return min(usual, max(start - PRESSING, now + self._jittered(least)))

    def due_at(self) -> datetime | None:
        """Return when `tick` has something to request or to count."""
        soonest, is_aging = None, False
        for fetch in self._fetches.values():  # runs after each event of thousands of nodes: see wake_at
            is_aging = is_aging or fetch.unnamed_for is not None
            if self._connected and fetch.want_at is not None and (soonest is None or fetch.want_at < soonest):
                soonest = fetch.want_at
        if is_aging and self._aged_at is not None:
            aged_at = self._aged_at + AGED_EVERY
            return aged_at if soonest is None else min(aged_at, soonest)
        return soonest

    def station_spoke(self, now: datetime) -> None:
        """The station has reconnected to the broker and lost all requests: request again soon."""
        for fetch in self._fetches.values():
            if fetch.want_at is not None:
                fetch.patience = fetch.heard_at = None
                fetch.want_at = min(fetch.want_at, now + self._rng.random() * PATIENCE)

    def clock_was_set(self, now: datetime) -> None:
        """Move instants of the old clock close to now again."""
        self._aged_at = now
        for fetch in self._fetches.values():
            if fetch.want_at is not None:
                fetch.heard_at = None
                fetch.want_at = now + self._jittered(PATIENCE)

    def standing(self) -> Standing:
        """Return everything that decides whether a recording is complete, missing or given up."""
        return tuple(
            [
                (recording, one.is_whole, one.is_checking, one.why_not)
                for recording, one in self._fetches.items()
            ]
        )

    def is_whole(self, recording: RecordingId) -> bool:
        """Return whether the recording is here, complete and checked."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.is_whole

    def is_lacking(self, recording: RecordingId) -> bool:
        """Return whether the recording is known, but neither complete here nor being checked."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.is_lacking

    def why_not(self, recording: RecordingId) -> str | None:
        """Return why this recording will not be played here, or None."""
        fetch = self._fetches.get(recording)
        return fetch.why_not if fetch is not None else None

    def duration_ms(self, recording: RecordingId) -> int | None:
        """Return the recording's duration from its manifest, milliseconds."""
        fetch = self._fetches.get(recording)
        return fetch.manifest.duration_ms if fetch is not None and fetch.manifest is not None else None

    def _begin(self, recording: RecordingId, fetch: Fetch, now: datetime) -> list[Effect]:
        fetch.patience = fetch.heard_at = None
        fetch.want_at = None
        if fetch.manifest is None:
            return self._listen(Subscribe((topics.manifest(recording),)))
        if not fetch.is_lacking or not self._connected:
            return []
        gone = self._make_room(recording, fetch)
        if not self._has_room(recording, fetch):
            return gone
        fetch.want_at = now + self._rng.random() * FIRST_WANT
        return [*gone, *self._listen(Subscribe((topics.chunks(recording),)))]

    def _make_room(self, recording: RecordingId, fetch: Fetch) -> list[Effect]:
        """Delete what no plan names, the longest unnamed first, as far as what is needed soon lacks room."""
        unnamed = [(one.unnamed_for, of) for of, one in self._fetches.items() if one.unnamed_for is not None]
        oldest = [old for _, old in sorted(unnamed, reverse=True)] if recording in self._soon else []
        return [one for old in oldest if not self._has_room(recording, fetch) for one in self._delete(old)]

    def _has_room(self, recording: RecordingId, fetch: Fetch) -> bool:
        """Return whether to fetch it now: what is needed soon if it fits, the rest if enough is left free."""
        if self._free is None:
            return True
        if recording in self._soon:
            return fetch.missing_bytes <= self._free
        coming = sum(one.missing_bytes for one in self._fetches.values() if one.want_at is not None)
        return coming + fetch.missing_bytes <= self._free - RESERVE

    def _delete(self, recording: RecordingId) -> list[Effect]:
        self._gain(self._fetches.pop(recording))
        self._stored.pop(recording, None)
        return [DropDocument(MANIFEST + recording), DropRecording(recording)]

    def _gain(self, fetch: Fetch) -> None:
        """Count the room that a deleted recording leaves."""
        if self._free is not None and fetch.manifest is not None and fetch.held is not None:
            self._free += min(fetch.manifest.size, len(fetch.held) * fetch.manifest.chunk_size)

    def _held_of(self, manifest: Manifest) -> Bitmap:
        """Return which chunks of a recording the disk held at boot."""
        stored = self._stored.pop(manifest.recording, None)
        count = manifest.count
        return Bitmap.of(count, (n for n in stored or () if n < count))

    def _check_if_full(self, recording: RecordingId, fetch: Fetch) -> list[Effect]:
        if fetch.held is None or not fetch.held.is_full or fetch.why_not:
            return []
        fetch.is_checking = True
        fetch.want_at = None
        return [DigestRecording(recording, fetch.held.count)]

    def _filters_of(self, recording: RecordingId, fetch: Fetch) -> tuple[str, ...]:
        return (topics.manifest(recording), *((topics.chunks(recording),) if fetch.manifest else ()))

    def _listen(self, effect: Subscribe | Unsubscribe) -> list[Effect]:
        return [effect] if self._connected else []

    def _jittered(self, span: timedelta) -> timedelta:
        return span * self._rng.uniform(1 - JITTER, 1 + JITTER)
