"""A small station, built from devices/ alone: enough to keep nodes busy, and honest about commits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devices import topics
from devices.chunks import digest, manifest_of, sent_form, split, tree_of, wanted
from devices.enrolment import Place
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId, Role
from devices.jose import ROOT, SigningKey, joined
from devices.messages import (
    Kept,
    NodeState,
    Plan,
    PlannedAiring,
    Receipt,
    ReceiptKind,
    Receipts,
    ReceiptsCommitted,
    TimeReply,
    TimeRequest,
    Vitals,
    Want,
)
from devices.plan import ends_at
from devices.receipt_signing import read_receipt, receipt_id
from devices.signing import sign
from devices.statements import Approval, Call, Key, KeySet, Policy, QuietHours, SignedCall
from devices.wire_types import parse, text_digest
from tests.support.node_keys import key_of

YEAR = timedelta(days=365)
REPEAT_AFTER = timedelta(seconds=1)
"""A chunk sent within this is not sent again: what several nodes want is answered once, to all; later each
is sent what it still lacks, as a station does."""
CHUNK_SIZE = 4096
"""Small, so that small recordings have several."""

PROVINCE = AreaCode("56")
TEXT = digest(b"text")


def holder_of(key: SigningKey) -> str:
    """The person of a key: each key has one of its own."""
    return key.kid


def listed(key: SigningKey, **changes) -> Key:
    """A key as the key set names it: a person's signs for the whole province."""
    if key.role is Role.STATION:
        return key.public()
    return key.public(**{"holder": holder_of(key), "area": PROVINCE} | changes)


Send = Callable[[str, bytes, int, bool], None]


@dataclass(frozen=True)
class Keys:
    """One key of each role."""

    root: SigningKey
    station: SigningKey
    approver: SigningKey
    administrator: SigningKey
    caller: SigningKey | None = None

    @classmethod
    def made(cls, now: datetime) -> "Keys":
        since = now - timedelta(days=1)
        roles = (ROOT, Role.STATION, Role.APPROVER, Role.ADMINISTRATOR, Role.CALLER)
        return cls(*(SigningKey.generate(role, since, YEAR) for role in roles))

    @property
    def listed(self) -> tuple[SigningKey, ...]:
        """Those that a key set names."""
        return self.station, self.approver, self.administrator, self.caller


class SmallStation:
    """Publishes what it is told, answers clock requests and wants, commits receipts."""

    def __init__(
        self,
        now: Callable[[], datetime],
        send: Send,
        keys: Keys | None = None,
        repeat_after: timedelta = REPEAT_AFTER,
    ) -> None:
        self._repeat_after = repeat_after
        self.now = now
        self.send = send
        self.keys = keys or Keys.made(now())
        self.retained: dict[str, bytes] = {}
        self.recordings: dict[RecordingId, tuple[bytes, ...]] = {}
        self.approvals: dict[str, str] = {}
        self.receipts: dict[str, tuple[NodeId, Receipt]] = {}
        self.states: list[NodeState] = []
        self.vitals: dict[NodeId, Vitals] = {}
        self.wants: list[Want] = []
        self.is_silent = False
        self.commits = True
        self.spoil: Callable[[RecordingId, int, bytes], bytes] = lambda _recording, _n, body: body
        self._version = 0
        self.epoch = 0
        self.newest_keys: dict[AreaCode, int] = {}
        self.newest_policies: dict[AreaCode, int] = {}
        self.newest_places: dict[NodeId, int] = {}
        self._sent_at: dict[tuple[RecordingId, int, NodeId | None], datetime] = {}

    # -- what it says

    def retain(self, topic: str, payload: bytes) -> None:
        self.retained[topic] = payload
        self.send(topic, payload, 1, True)

    def say_all(self) -> None:
        for topic, payload in self.retained.items():
            self.send(topic, payload, 1, True)

    def next_version(self) -> int:
        self._version = max(self._version + 1, round(self.now().timestamp() * 1000))
        return self._version

    def publish_keys(self, *extra: SigningKey, without: Iterable[SigningKey] = (), **needs) -> None:
        keys = {*self.keys.listed, *extra} - set(without)
        self.publish_key_set(tuple(listed(key) for key in sorted(keys, key=lambda key: key.kid)), **needs)

    def publish_key_set(self, keys: tuple[Key, ...], area: AreaCode = PROVINCE, **needs) -> None:
        key_set = KeySet(
            area=area,
            version=self.next_version(),
            issued_at=self.now(),
            expires_at=self.now() + YEAR / 2,
            keys=keys,
            **needs,
        )
        self.newest_keys[area] = key_set.version
        self.retain(topics.keys(area), sign(key_set, self.keys.root).encode())

    def publish_policy(
        self, area: str, *, quiet=(), loudest=100, volumes=(), minutes=1440, alone=7, lasts=YEAR / 2
    ) -> None:
        policy = Policy(
            target=AreaCode(area),
            version=self.next_version(),
            issued_at=self.now(),
            expires_at=self.now() + lasts,
            quiet_hours=tuple(QuietHours(begins=begins, ends=ends) for begins, ends in quiet),
            loudest_volume=loudest,
            volumes=tuple(volumes),
            minutes_a_day=minutes,
            alone_days=alone,
        )
        self.newest_policies[AreaCode(area)] = policy.version
        self.retain(topics.policy(AreaCode(area)), sign(policy, self.keys.administrator).encode())

    def publish_place(self, node: NodeId, *areas: str, by: SigningKey | None = None) -> None:
        place = Place(
            node=node,
            version=self.next_version(),
            issued_at=self.now(),
            expires_at=self.now() + YEAR,
            areas=tuple(map(AreaCode, areas)),
        )
        self.newest_places[node] = place.version
        self.retain(topics.place(node), sign(place, by or self.keys.administrator).encode())

    def add_recording(
        self,
        data: bytes,
        duration_ms: int,
        codec: str = "mp3",
        sample_rate: int = 24000,
        chunk_size: int = CHUNK_SIZE,
    ) -> RecordingId:
        manifest = manifest_of(
            data, codec=codec, sample_rate=sample_rate, duration_ms=duration_ms, chunk_size=chunk_size
        )
        self.recordings[manifest.recording] = split(data, chunk_size)
        self.retain(topics.manifest(manifest.recording), sign(manifest, self.keys.station).encode())
        return manifest.recording

    def approval(
        self, recording: RecordingId, key: SigningKey | None = None, lasts: timedelta = YEAR, **scope
    ) -> str:
        key = key or self.keys.approver
        fields = {
            "bulletin": "b1",
            "revision": 1,
            "text_sha256": TEXT,
            "recording": recording,
            "author": "minh",
            "approver": holder_of(key),
            "approved_at": self.now(),
            "valid_from": self.now() - timedelta(days=1),
            "expires_at": self.now() + lasts,
            "areas": (PROVINCE,),
            "grade": Grade.EMERGENCY,
        }
        return sign(Approval(**fields | scope), key)

    def carried(self, approval: str) -> str:
        """Note a signed approval, for the plans that name it; return its name."""
        self.approvals[text_digest(approval)] = approval
        return text_digest(approval)

    def airing(
        self,
        name: str,
        recording: RecordingId,
        starts_at: datetime,
        duration_ms: int,
        *,
        grade: Grade = Grade.ROUTINE,
        late: timedelta = timedelta(minutes=5),
        volume: int = 80,
        approval: str | None = None,
        every_ms: int | None = None,
        **more,
    ) -> PlannedAiring:
        airing = PlannedAiring(
            airing=AiringId(name),
            recording=recording,
            approval=self.carried(approval or self.approval(recording)),
            starts_at=starts_at,
            latest_start_at=starts_at + late,
            duration_ms=duration_ms,
            grade=grade,
            volume=volume,
            every_ms=every_ms,
            **more,
        )
        if grade is not Grade.EMERGENCY or "call" in more:
            return airing
        return airing.model_copy(update={"call": self.call(airing)})

    def call(self, airing: PlannedAiring, by: Iterable[SigningKey] | None = None, /, **changes) -> SignedCall:
        """Return a call of exactly this emergency; by an approver and a caller unless others are named."""
        fields = {
            "airing": airing.airing,
            "recording": airing.recording,
            "text_sha256": TEXT,
            "areas": (PROVINCE,),
            "loudest_volume": airing.volume,
            "called_at": airing.starts_at - timedelta(seconds=1),
            "until": ends_at(airing),
            "every_ms": airing.every_ms,
        }
        payload = Call(**fields | changes).payload()
        signers = by if by is not None else (self.keys.approver, self.keys.caller)
        texts = [key.sign_bytes(payload, "loa-call") for key in signers]
        return SignedCall.model_validate(joined(texts).model_dump())

    def kept(self, name: str, recording: RecordingId, approval: str | None = None) -> Kept:
        return Kept(
            name=name, recording=recording, approval=self.carried(approval or self.approval(recording))
        )

    def plan(
        self,
        target: str,
        airings: Iterable[PlannedAiring],
        *,
        lasts=timedelta(days=2),
        version=None,
        keep: Iterable[Kept] = (),
        **limits,
    ) -> Plan:
        airings, keep = tuple(airings), tuple(keep)
        named = sorted({one.approval for one in (*airings, *keep)})
        return Plan(
            approvals=tuple(self.approvals[name] for name in named),
            target=target,
            version=version or self.next_version(),
            issued_at=self.now(),
            expires_at=self.now() + lasts,
            airings=airings,
            keep=keep,
            **{"epoch": self.epoch} | limits,
        )

    def signed_plan(self, target: str, airings: Iterable[PlannedAiring], *, key=None, **how) -> bytes:
        return sign(self.plan(target, airings, **how), key or self.keys.station).encode()

    def publish_plan(self, target: str, *airings: PlannedAiring, **how) -> None:
        self.retain(topics.plan(target), self.signed_plan(target, airings, **how))

    # -- what it hears

    def take(self, topic: str, payload: bytes, arrived_at: datetime | None = None) -> None:
        if self.is_silent:
            return
        match topics.parse(topic):
            case topics.TimeTopic(node):
                self._answer_time(node, payload, arrived_at or self.now())
            case topics.ReceiptTopic(node):
                self._commit(node, parse(Receipts, payload))
            case topics.WantTopic():
                self._answer_want(parse(Want, payload))
            case topics.StateTopic():
                self.states.append(parse(NodeState, payload))
            case topics.VitalsTopic(node):
                self.vitals[node] = parse(Vitals, payload)

    def _answer_time(self, node: NodeId, payload: bytes, arrived_at: datetime) -> None:
        request = parse(TimeRequest, payload)
        reply = TimeReply(
            node=node,
            sent_us=request.sent_us,
            received_us=_micros(arrived_at),
            replied_us=_micros(self.now()),
            epoch=self.epoch,
            keys=self.newest_keys,
            policies=self.newest_policies,
            place=self.newest_places.get(node),
        )
        self.send(topics.time_reply(node), sign(reply, self.keys.station).encode(), 0, False)

    def _commit(self, node: NodeId, receipts: Receipts) -> None:
        if not self.commits:
            return
        public = key_of(node).public
        told = {receipt_id(text): read_receipt(text, node, public) for text in receipts.receipts}
        self.receipts.update((name, (node, receipt)) for name, receipt in told.items())
        committed = ReceiptsCommitted(node=node, ids=tuple(told))
        self.send(topics.receipt_committed(node), sign(committed, self.keys.station).encode(), 1, False)

    def _answer_want(self, want: Want) -> None:
        self.wants.append(want)
        chunks = self.recordings.get(want.recording, ())
        tree = tree_of(chunks)
        for n in wanted(want):
            to_all, to_one = (want.recording, n, None), (want.recording, n, want.node)
            sent_at = self._sent_at.get(to_one, self._sent_at.get(to_all))
            if n < len(chunks) and (sent_at is None or self.now() - sent_at > self._repeat_after):
                self._sent_at[to_all if sent_at is None else to_one] = self.now()
                topic = topics.chunk(want.recording, n)
                if sent_at is not None:
                    topic = topics.repair_chunk(want.node, want.recording, n)
                self.send(topic, self.spoil(want.recording, n, sent_form(chunks[n], tree, n)), 1, False)

    # -- what it knows

    def kinds(self, node: NodeId, airing: str) -> list[ReceiptKind]:
        """Kinds of a node's committed receipts of an airing, by time."""
        return [receipt.kind for receipt in self.of(node, airing)]

    def of(self, node: NodeId, airing: str) -> list[Receipt]:
        found = [r for owner, r in self.receipts.values() if owner == node and r.airing == airing]
        order = list(ReceiptKind)
        return sorted(
            found,
            key=lambda receipt: (receipt.at or datetime.min.replace(tzinfo=UTC), order.index(receipt.kind)),
        )


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
