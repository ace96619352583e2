"""A station without a database, made of `devices` alone: enough for testing nodes."""

import time
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from threading import Event, Thread

from devices import topics
from devices.chunks import manifest_of, split, wanted
from devices.ids import Grade, Role
from devices.link import Link, Message
from devices.messages import (
    Approval,
    KeySet,
    Manifest,
    NodeState,
    Plan,
    PlannedAiring,
    Policy,
    Receipts,
    ReceiptsCommitted,
    TimeReply,
    TimeRequest,
    Want,
    parse,
)
from devices.receipt_signing import read_receipt, receipt_id
from devices.signing import ROOT, SigningKey, sign
from tests.support.node_keys import key_of

YEAR = timedelta(days=365)
PATIENCE_S = 20
HOLDERS = {Role.APPROVER: "duyet", Role.ADMINISTRATOR: "quantri"}


def listed(key):
    """A key as the key set names it: a person's signs for the whole province."""
    return key.public() if key.role is Role.STATION else key.public(holder=HOLDERS[key.role], area="56")


class SmallStation:
    """Publishes what a test tells it to, answers wants and clock requests, commits receipts."""

    def __init__(self, url):
        now = datetime.now(UTC) - timedelta(minutes=1)
        self.root = SigningKey.generate(ROOT, now, YEAR)
        self.keys = {role: SigningKey.generate(role, now, YEAR) for role in Role}
        self.receipts, self.states, self.wants = [], [], []
        self.receipt_texts: list[str] = []
        self.recordings: dict[str, tuple[Manifest, bytes]] = {}
        self.spoil = lambda _n, _times, chunk: chunk
        """Changes a chunk before it is sent, for tests of damage: (n, times sent before, bytes)."""
        self._sent: dict[int, int] = {}
        self._version = int(now.timestamp() * 1000)
        self._inbox: Queue[tuple[Message, int]] = Queue()
        self._up, self._ending = Event(), Event()
        self.link = Link(
            url, "station", on_message=lambda m: self._inbox.put((m, self._us())), on_up=self._up.set
        )
        self.link.subscribe(*topics.STATION_FILTERS)
        self._thread = Thread(target=self._answer, name="small-station")

    def __enter__(self):
        self.link.start()
        self._thread.start()
        assert self._up.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join(PATIENCE_S)
        self.link.stop()

    @staticmethod
    def _us():
        return time.time_ns() // 1000

    def next_version(self):
        self._version += 1
        return self._version

    # -- what a test publishes

    def keep(self, topic, text):
        assert self.link.publish(topic, text.encode(), 1, retain=True).wait(PATIENCE_S)

    def publish_keys(self, **changes):
        now = datetime.now(UTC)
        fields = {"version": self.next_version(), "issued_at": now, "expires_at": now + YEAR}
        fields["keys"] = tuple(listed(key) for key in self.keys.values())
        self.keep(topics.KEYS, sign(KeySet(**fields | changes), self.root))

    def publish_policy(self, area, **changes):
        now = datetime.now(UTC)
        fields = {
            "target": area,
            "version": self.next_version(),
            "issued_at": now,
            "expires_at": now + YEAR,
            "quiet_hours": (),
            "loudest_volume": 60,
            "minutes_a_day": 1440,
        }
        self.keep(topics.policy(area), sign(Policy(**fields | changes), self.keys[Role.ADMINISTRATOR]))

    def publish_recording(self, data, *, duration_ms, chunk_size=4096):
        manifest = manifest_of(
            data, codec="mp3", sample_rate=24_000, duration_ms=duration_ms, chunk_size=chunk_size
        )
        self.recordings[manifest.recording] = (manifest, data)
        self.keep(topics.manifest(manifest.recording), sign(manifest, self.keys[Role.STATION]))
        return manifest

    def approval(self, recording, *, key=None, **changes):
        now = datetime.now(UTC)
        fields = {
            "bulletin": "bulletin-1",
            "revision": 1,
            "text_sha256": "0" * 64,
            "recording": recording,
            "author": "canbo",
            "approver": HOLDERS[Role.APPROVER],
            "approved_at": now,
            "valid_from": now - timedelta(minutes=1),
            "expires_at": now + YEAR,
            "areas": ("56",),
            "grade": Grade.EMERGENCY,
        }
        return sign(Approval(**fields | changes), key or self.keys[Role.APPROVER])

    def airing(self, manifest, *, starts_in_s=3.0, **changes):
        starts_at = datetime.now(UTC) + timedelta(seconds=starts_in_s)
        fields = {
            "airing": "airing-1",
            "recording": manifest.recording,
            "approval": self.approval(manifest.recording),
            "starts_at": starts_at,
            "latest_start_at": starts_at + timedelta(seconds=20),
            "duration_ms": manifest.duration_ms,
            "grade": Grade.PRIORITY,
            "volume": 80,
        }
        return PlannedAiring(**fields | changes)

    def plan(self, target, *airings, **changes):
        now = datetime.now(UTC)
        fields = {"target": target, "version": self.next_version(), "issued_at": now, "airings": airings}
        fields["expires_at"] = now + timedelta(hours=6)
        return Plan(**fields | changes)

    def publish_plan(self, plan, *, key=None):
        self.keep(topics.plan(plan.target), sign(plan, key or self.keys[Role.STATION]))

    # -- what it answers

    def _answer(self):
        while not self._ending.is_set():
            try:
                message, received_us = self._inbox.get(timeout=0.1)
            except Empty:
                continue
            match topics.parse(message.topic):
                case topics.TimeTopic(node):
                    self._reply_time(node, message.payload, received_us)
                case topics.WantTopic():
                    self._send_chunks(parse(Want, message.payload))
                case topics.ReceiptTopic(node):
                    self._commit(node, parse(Receipts, message.payload))
                case topics.StateTopic():
                    self.states.append(parse(NodeState, message.payload))

    def _reply_time(self, node, payload, received_us):
        request = parse(TimeRequest, payload)
        reply = TimeReply(node=node, sent_us=request.sent_us, received_us=received_us, replied_us=self._us())
        text = sign(reply, self.keys[Role.STATION])
        self.link.publish(topics.time_reply(node), text.encode(), 0)

    def _send_chunks(self, want):
        self.wants.append(want)
        manifest, data = self.recordings[want.recording]
        pieces = split(data, manifest.chunk_size)
        for n in wanted(want):
            times = self._sent[n] = self._sent.get(n, -1) + 1
            topic = topics.chunk(want.recording, n)
            if times:
                topic = topics.repair_chunk(want.node, want.recording, n)
            self.link.publish(topic, self.spoil(n, times, pieces[n]))

    def _commit(self, node, receipts):
        for text in receipts.receipts:
            if text not in self.receipt_texts:
                self.receipt_texts.append(text)
                self.receipts.append(read_receipt(text, node, key_of(node).public))
        ids = tuple(receipt_id(text) for text in receipts.receipts)
        self.link.publish(topics.receipt_committed(node), ReceiptsCommitted(ids=ids).payload())
