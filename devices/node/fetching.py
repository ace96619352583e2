"""Recordings on their way to a node: manifest, chunks, wants, and the whole checked at the end."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import topics
from devices.chunks import Bitmap, fits, want_of
from devices.ids import NodeId, RecordingId
from devices.messages import Manifest
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

MANIFEST = "manifest/"
"""Names of the documents that hold signed manifests."""
FIRST_WANT = timedelta(seconds=1)
"""A fleet sees a new plan at one instant; its wants are spread over this."""
PATIENCE = timedelta(seconds=4)
"""Without a new chunk for so long, ask again: the sender paces, but rarely pauses longer."""
LEAST_PACE = 100_000
"""Bytes a second. What is missing may take so long to come after a want: an answer that waits its turn, or
that lies in the queue of the broker, is not asked for once more."""
LONGEST_PATIENCE = timedelta(seconds=30)
"""Where nobody answers, asking more often helps nobody."""
PRESSING = timedelta(seconds=60)
"""So long before a start, and as long as it is due, the waits do not grow: what comes now is heard yet."""
JITTER = 0.25
UNNAMED_KEPT = timedelta(days=1)
"""A recording that no plan names any more is kept so long: what is aired daily is not sent daily."""
AGED_EVERY = timedelta(hours=1)
"""That time is counted in steps, of at most so much each: a raw clock that is set forwards is no day."""
MOST_SPOILT = 2
"""So often may the whole not be what the manifest says; then the manifest is not believed again."""

Standing = tuple[tuple[RecordingId, bool, bool, int], ...]
"""Of each recording whether it is whole, whether it is being checked, and how often it was spoilt."""


@dataclass(slots=True)
class Fetch:
    """One recording: what is known and held of it."""

    manifest: Manifest | None = None
    held: Bitmap | None = None
    is_whole: bool = False
    is_checking: bool = False
    spoilt: int = 0
    want_at: datetime | None = None
    heard_at: datetime | None = None
    """When the last new chunk came, since the last want."""
    patience: timedelta | None = None
    """How long the last want is waited for; None: it was answered, or there was none."""
    unnamed_for: timedelta | None = None
    """How long no plan has named it; None: one does."""

    @property
    def is_given_up(self) -> bool:
        """Whether its chunks, each right, made a wrong whole too often."""
        return self.spoilt >= MOST_SPOILT

    @property
    def is_lacking(self) -> bool:
        """Whether chunks are still to come."""
        return not (self.is_whole or self.is_checking or self.is_given_up)


class Fetching:
    """Everything that this node has, or is getting."""

    def __init__(self, node: NodeId, rng: random.Random) -> None:
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
        """Go on with what the disk holds; every whole is checked anew, for a power cut may have spoilt it.

        Chunks without a manifest that is believed wait, like all others, a day for a plan that names them.
        """
        self._stored = dict(chunks)
        effects: list[Effect] = []
        for recording, manifest in manifests.items():
            fetch = self._fetches[recording] = Fetch(manifest)
            fetch.held = self._held_of(manifest)
            effects += self._check_if_full(recording, fetch)
        for recording in self._stored:
            self._fetches[recording] = Fetch()
        return effects

    def name(self, recordings: set[RecordingId], now: datetime) -> list[Effect]:
        """Fetch what plans name, in the background; forget what none has named for a day."""
        effects = self._age(now)
        for recording in sorted(recordings - self._fetches.keys()):
            self._fetches[recording] = Fetch()
            effects += self._listen(Subscribe((topics.manifest(recording),)))
        for recording, fetch in list(self._fetches.items()):
            if recording in recordings:
                if fetch.unnamed_for is not None or (
                    fetch.manifest and fetch.is_lacking and not fetch.want_at
                ):
                    effects += self._begin(recording, fetch, now)
                fetch.unnamed_for = None
            elif fetch.unnamed_for is None:
                fetch.unnamed_for = timedelta()
                fetch.want_at = None
                effects += self._listen(Unsubscribe(self._filters_of(recording, fetch)))
        return effects

    def _age(self, now: datetime) -> list[Effect]:
        """Count how long what no plan names has lain here; drop what has lain too long."""
        last, self._aged_at = self._aged_at, now
        passed = timedelta() if last is None else max(timedelta(), min(now - last, AGED_EVERY))
        effects: list[Effect] = []
        for recording, fetch in list(self._fetches.items()):
            if fetch.unnamed_for is None:
                continue
            fetch.unnamed_for += passed
            if fetch.unnamed_for > UNNAMED_KEPT:
                del self._fetches[recording]
                self._stored.pop(recording, None)
                effects += [DropDocument(MANIFEST + recording), DropRecording(recording)]
        return effects

    def take_manifest(self, manifest: Manifest, text: bytes, now: datetime) -> list[Effect]:
        """Take a verified manifest of a recording that is named and had none."""
        fetch = self._fetches.get(manifest.recording)
        if fetch is None or fetch.manifest is not None:
            return []
        fetch.manifest = manifest
        fetch.held = self._held_of(manifest)
        save = SaveDocument(MANIFEST + manifest.recording, text)
        return [
            save,
            *self._check_if_full(manifest.recording, fetch),
            *self._begin(manifest.recording, fetch, now),
        ]

    def needs_manifest(self, recording: RecordingId) -> bool:
        """Whether a manifest of this recording would change anything."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.manifest is None

    def take_chunk(self, recording: RecordingId, n: int, came: Received, now: datetime) -> list[Effect]:
        """Keep a chunk that is lacking and right; a wrong one is counted and dropped."""
        fetch = self._fetches.get(recording)
        if (
            fetch is None
            or fetch.manifest is None
            or fetch.held is None
            or not fetch.is_lacking
            or n in fetch.held
        ):
            return []
        if not fits(fetch.manifest, n, came.payload, came.sha256):
            self.chunks_refused += 1
            return []
        fetch.held.set(n)
        if fetch.heard_at is None:
            fetch.patience = None
            fetch.want_at = now + self._jittered(PATIENCE)  # put off in `tick`, as long as more comes
        fetch.heard_at = now
        save = SaveChunk(recording, n, fetch.held.count, came.payload)
        return [save, *self._check_if_full(recording, fetch)]

    def digested(self, recording: RecordingId, sha256: str, now: datetime) -> list[Effect]:
        """Take the whole's digest: right, and the recording is had; wrong, and it is fetched once more."""
        fetch = self._fetches.get(recording)
        if fetch is None or fetch.manifest is None or not (fetch.is_checking or fetch.is_whole):
            return []
        if fetch.is_whole and sha256 == recording:
            return []  # checked again before it is used: it still is what it was
        fetch.is_checking = fetch.is_whole = False
        if sha256 == recording:
            fetch.is_whole = True
            fetch.want_at = None
            return self._listen(Unsubscribe(self._filters_of(recording, fetch)))
        fetch.spoilt += 1
        fetch.held = Bitmap(len(fetch.manifest.chunks))
        again = [] if fetch.is_given_up else self._begin(recording, fetch, now)
        return [DropRecording(recording), *again]

    def check_again(self, recording: RecordingId) -> list[Effect]:
        """Have a whole recording's digest checked once more; until the answer it counts as whole."""
        fetch = self._fetches.get(recording)
        if fetch is None or not fetch.is_whole or fetch.manifest is None:
            return []
        return [DigestRecording(recording, len(fetch.manifest.chunks))]

    def connected(self, now: datetime) -> list[Effect]:
        """Subscribe again to all that is lacking, and ask for it soon."""
        self._connected = True
        effects: list[Effect] = []
        for recording, fetch in self._fetches.items():
            if fetch.unnamed_for is None and fetch.manifest is None:
                effects.append(Subscribe((topics.manifest(recording),)))
            elif fetch.unnamed_for is None and fetch.is_lacking:
                effects += self._begin(recording, fetch, now)
        return effects

    def disconnected(self) -> None:
        """Ask nobody."""
        self._connected = False
        for fetch in self._fetches.values():
            fetch.want_at = None

    def tick(self, now: datetime, start: datetime | None = None) -> list[Effect]:
        """Ask for what is lacking and did not come; `start` is that of the present or next airing, if any."""
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
        """Return when to ask again if nothing comes."""
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
        """Return when `tick` has something to ask for, or to count."""
        soonest, is_aging = None, False
        for fetch in self._fetches.values():  # asked after each event of thousands of nodes: see wake_at
            is_aging = is_aging or fetch.unnamed_for is not None
            if self._connected and fetch.want_at is not None and (soonest is None or fetch.want_at < soonest):
                soonest = fetch.want_at
        if is_aging and self._aged_at is not None:
            aged_at = self._aged_at + AGED_EVERY
            return aged_at if soonest is None else min(aged_at, soonest)
        return soonest

    def station_spoke(self, now: datetime) -> None:
        """The station has (again) reached the broker, and forgot who lacks what: ask soon."""
        for fetch in self._fetches.values():
            if fetch.want_at is not None:
                fetch.patience = fetch.heard_at = None
                fetch.want_at = min(fetch.want_at, now + self._jittered(PATIENCE))

    def clock_was_set(self, now: datetime) -> None:
        """Bring instants of the old clock near again."""
        self._aged_at = now
        for fetch in self._fetches.values():
            if fetch.want_at is not None:
                fetch.heard_at = None
                fetch.want_at = now + self._jittered(PATIENCE)

    def standing(self) -> Standing:
        """Return all that decides whether a recording is whole, lacking or given up."""
        return tuple(
            [
                (recording, one.is_whole, one.is_checking, one.spoilt)
                for recording, one in self._fetches.items()
            ]
        )

    def is_whole(self, recording: RecordingId) -> bool:
        """Whether the recording is here, complete and checked."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.is_whole

    def is_lacking(self, recording: RecordingId) -> bool:
        """Whether the recording is known, but not here whole, nor being checked."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.is_lacking

    def is_given_up(self, recording: RecordingId) -> bool:
        """Whether its chunks never made the promised whole."""
        fetch = self._fetches.get(recording)
        return fetch is not None and fetch.is_given_up

    def duration_ms(self, recording: RecordingId) -> int | None:
        """Return how long the recording is, as its manifest says."""
        fetch = self._fetches.get(recording)
        return fetch.manifest.duration_ms if fetch is not None and fetch.manifest is not None else None

    def wholes(self) -> Iterable[RecordingId]:
        """Return all recordings that are here, complete and checked."""
        return [recording for recording, fetch in self._fetches.items() if fetch.is_whole]

    def _begin(self, recording: RecordingId, fetch: Fetch, now: datetime) -> list[Effect]:
        fetch.patience = fetch.heard_at = None
        fetch.want_at = None
        if fetch.manifest is None:
            return self._listen(Subscribe((topics.manifest(recording),)))
        if not fetch.is_lacking or not self._connected:
            return []
        fetch.want_at = now + self._rng.random() * FIRST_WANT
        return self._listen(Subscribe((topics.chunks(recording),)))

    def _held_of(self, manifest: Manifest) -> Bitmap:
        """Return which chunks of a recording the disk held at boot."""
        stored = self._stored.pop(manifest.recording, None)
        count = len(manifest.chunks)
        return Bitmap.of(count, (n for n in stored or () if n < count))

    def _check_if_full(self, recording: RecordingId, fetch: Fetch) -> list[Effect]:
        if fetch.held is None or not fetch.held.is_full or fetch.is_given_up:
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
