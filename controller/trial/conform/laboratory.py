"""What a check works with: the node's words, the kit's station, its services, and waiting."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from controller.trial.conform.areas import AREAS, FAR, MAIN, PROVINCE
from controller.trial.conform.audio import KitRecording
from controller.trial.conform.checks import Requirement, Results, Unmet
from controller.trial.conform.enrolment_desk import EnrolmentDesk
from controller.trial.conform.node_view import NodeView, SeenReceipt
from controller.trial.conform.station import KitStation
from devices import topics
from devices.chunks import wanted
from devices.ids import AreaCode, RecordingId
from devices.link_api import Message
from devices.messages import PlannedAiring, Receipts, TimeRequest, Want

SOON_S = 6.0
"""Bound of what a node does at once: receipts are spread over a second, and a link takes some of it."""
FETCH_S = 60.0
"""Bound for a recording of half a megabyte over a slow link."""
SPEAKING = timedelta(minutes=1)


class NodeBench(Protocol):
    """Time and the link to the broker, real or virtual, and what can be done to the node there."""

    @property
    def has(self) -> set[Requirement]:
        """What it can do."""

    @property
    def node_broker(self) -> str:
        """The broker as the node knows it."""

    def now(self) -> datetime:
        """Return the station's time."""

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001 - as Send
        """Publish."""

    def messages(self) -> list[tuple[datetime, Message]]:
        """Return what came since the last call, each with its instant."""

    def sleep(self, seconds: float) -> None:
        """Let time pass, at most so much; return earlier when something came."""

    def look_again(self, topic: str) -> None:
        """Subscribe anew, so that what is retained comes again."""

    def kick(self) -> None:
        """End the node's connection without DISCONNECT; it may connect again at once."""

    def stop_broker(self) -> None:
        """Stop the broker (Requirement.BROKER)."""

    def start_broker(self) -> None:
        """Start it again; what was retained is lost."""

    def cut_power(self) -> None:
        """Take the node's power (Requirement.POWER)."""

    def restore_power(self) -> None:
        """Give it back."""

    def enrol(self) -> None:
        """Have the kit's code typed into the node, again where it was before (Requirement.CODE)."""


def micros(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@dataclass(slots=True)
class Services:
    """How the kit's station answers; the checks change it, `Laboratory.calm` puts it back."""

    commits: bool = True
    answers_time: bool = True
    sends_chunks: bool = True
    spoil: Callable[[int, bytes], bytes] = field(default=lambda _n, body: body)
    """Changes a chunk on its way: its number and its bytes."""
    states: dict[str, dict[AreaCode, int] | int] = field(default_factory=dict)
    """Versions that clock replies state: `keys` and `policies`, by area."""
    before_reply: Callable[[TimeRequest], None] = field(default=lambda _request: None)
    """Called before a clock request is answered."""


class Laboratory:
    """One run with one node, in one thread: messages are read while something is waited for."""

    def __init__(
        self, bench: NodeBench, station: KitStation, seen: NodeView, desk: EnrolmentDesk | None = None
    ) -> None:
        self.bench = bench
        self.desk = desk
        self.station = station
        self.seen = seen
        self.results = Results()
        self.services = Services()
        self._recordings: dict[RecordingId, KitRecording] = {}
        self._run = f"{int(bench.now().timestamp()):x}"
        self._names = 0

    # -- waiting

    def now(self) -> datetime:
        """Return the station's time."""
        return self.bench.now()

    def wait(self, until: Callable[[], object], seconds: float = SOON_S) -> bool:
        """Let time pass, serving the node, until something is so; return whether it came about."""
        end = self.now() + timedelta(seconds=seconds)
        self._serve()
        while not until():
            left = (end - self.now()).total_seconds()
            if left <= 0:
                return False
            self.bench.sleep(left)
            self._serve()
        return True

    def pause(self, seconds: float) -> None:
        """Let time pass, serving the node."""
        self.wait(lambda: False, seconds)

    def must(self, until: Callable[[], object], what: str, seconds: float = SOON_S) -> None:
        """Wait for what the rest of a subject builds on; raise Unmet."""
        if not self.wait(until, seconds):
            raise Unmet(f"within {seconds:g} s not seen: {what}")

    # -- verdicts

    def judge(self, check: str, is_good: bool, why_not: str) -> bool:  # noqa: FBT001 - the verdict itself
        """Note an observation; return it."""
        self.results.judge(check, is_good, why_not)
        return is_good

    def expect(self, check: str, until: Callable[[], object], what: str, seconds: float = SOON_S) -> bool:
        """Judge whether something comes about in time."""
        return self.judge(check, self.wait(until, seconds), f"within {seconds:g} s not seen: {what}")

    # -- steps that many subjects share

    def name(self, label: str) -> str:
        """Return a name that no run of the kit has used."""
        self._names += 1
        return f"kit-{self._run}-{self._names}-{label}"

    def offer(self, recording: KitRecording) -> None:
        """Publish a recording's manifest, and send its chunks when they are wanted."""
        self._recordings[recording.id] = recording
        self.station.publish_manifest(recording)

    def provide(self, *recordings: KitRecording) -> None:
        """Have the node fetch and keep recordings, so that later steps need not wait."""
        for recording in recordings:
            self.offer(recording)
        names = {self.name("keep"): recording for recording in recordings}
        kept = tuple(self.station.kept(name, recording) for name, recording in names.items())
        self.station.publish_plan(PROVINCE, keep=kept)
        for name in names:
            self.must(self.seen.has(name, "kept"), "a recording to keep is kept", FETCH_S)

    def probe(self, seconds: float = SOON_S) -> SeenReceipt | None:
        """Have the node refuse an airing; its receipt says its time now. None: no answer."""
        name = self.name("probe")
        self.station.probe(name)
        return self.seen.of(name)[0] if self.wait(lambda: self.seen.of(name), seconds) else None

    def begin(self, *airings: PlannedAiring, target: str = MAIN) -> None:
        """Publish airings as the whole plan of a target, and wait until the first of them sounds."""
        self.station.publish_plan(target, airings)
        wait_s = max(0.0, (airings[0].starts_at - self.now()).total_seconds()) + SOON_S
        self.must(self.seen.has(airings[0].airing, "started"), "a good airing begins", wait_s)

    def calm(self) -> None:
        """Bring the node to silence without limits: empty plans, open policies, all keys, all services."""
        self.services = Services()
        self.station.without = {"coming station"}
        self.station.publish_keys()
        for area in AREAS:
            self.station.publish_policy(area)
        for target in (*AREAS, self.station.node):
            if target != PROVINCE:  # its plan keeps the recordings
                self.station.publish_plan(target)
        self.wait(lambda: not self._sounding(), SOON_S)
        self.must(lambda: self.seen.is_online, "the node is online", SPEAKING.total_seconds())

    def forget_far(self) -> None:
        """Send the node out of an area and back: it forgets that area's documents and their versions."""
        away = tuple(area for area in AREAS if area != FAR)
        for areas in (away, AREAS):
            self.station.send_place(self.station.place(areas=areas))
            self.pause(1.0)
        self.station.publish_plan(FAR)
        self.station.publish_policy(FAR)

    def _sounding(self) -> set[str]:
        """Return the airings that began and have not ended, as receipts tell."""
        going: set[str] = set()
        for seen in self.seen.receipts.values():
            if seen.receipt.kind == "started":
                going.add(seen.receipt.airing)
            elif seen.receipt.kind in {"stopped", "finished"}:
                going.discard(seen.receipt.airing)
        return going

    # -- services

    def _serve(self) -> None:
        for at, message in self.bench.messages():
            match self.seen.take(message, at):
                case TimeRequest() as request if self.services.answers_time:
                    self.answer_time(request, at)
                case Want() as want if self.services.sends_chunks:
                    self._send_chunks(want)
                case Receipts() as told if self.services.commits:
                    self.commit_all(self.seen_ids(told))

    def answer_time(self, request: TimeRequest, at: datetime) -> None:
        """Answer a clock request that came at an instant."""
        self.services.before_reply(request)
        reply = self.station.time_reply(request, micros(at), micros(self.now()), **self.services.states)
        self.station.send_reply(reply)

    def seen_ids(self, told: Receipts) -> list[str]:
        """Return the ids of those receipts of a message that are good."""
        return [seen.id for seen in self.seen.receipts.values() if seen.text in told.receipts]

    def commit_all(self, ids: Iterable[str]) -> None:
        """Commit receipts, as many in a message as fit."""
        ids = list(ids)
        for at in range(0, len(ids), 100):
            self.station.commit(ids[at : at + 100])

    def _send_chunks(self, want: Want) -> None:
        recording = self._recordings.get(want.recording)
        if recording is None:
            return
        try:
            missing = wanted(want)
        except ValueError as error:
            self.seen.fault("FET-04", str(error))
            return
        for n, body in enumerate(recording.chunks):
            if n in missing:
                self.send_chunk(recording, n, body)

    def send_chunk(self, recording: KitRecording, n: int, body: bytes, *, to_one: bool = False) -> None:
        """Send one chunk: to all, or to the node alone."""
        one = topics.repair_chunk(self.station.node, recording.id, n)
        topic = one if to_one else topics.chunk(recording.id, n)
        self.bench.send(topic, self.services.spoil(n, body), 1, False)
