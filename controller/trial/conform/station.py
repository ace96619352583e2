"""The station of the kit: keys, and everything that it signs and publishes, by devices/ alone.

What the wire says of a document is stated here once; the checks say only what they want to be different.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from controller.trial.conform.areas import AREAS, ELSEWHERE, PROBE, PROVINCE
from controller.trial.conform.audio import KitRecording, tone
from controller.trial.conform.signers import DAY, YEAR, signers
from devices import topics
from devices.enrolment import Home, Place
from devices.ids import AiringId, AreaCode, Grade, NodeId
from devices.jose import SigningKey, joined
from devices.messages import Kept, Plan, PlannedAiring, ReceiptsCommitted, RefusedReceipt, TimeReply
from devices.messages import TimeRequest as Request
from devices.plan import ends_at
from devices.signing import KINDS, sign
from devices.statements import Approval, Authorship, Call, Key, KeySet, Policy, SignedCall
from devices.wire_types import SignedTogether, WireMessage, text_digest

Send = Callable[[str, bytes, int, bool], None]
"""Topic, payload, QoS, retain."""
HOUR = timedelta(hours=1)
_TEXT = hashlib.sha256(b"Loa conformance").hexdigest()
ROUNDS = 20
"""Of an emergency: longer than any check of it."""


def whole_ms(at: datetime) -> datetime:
    """Return the instant without what the wire cannot say."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class KitStation:
    """Signs and publishes for one node."""

    def __init__(self, node: NodeId, root: SigningKey, now: Callable[[], datetime], send: Send) -> None:
        self.node = node
        self.root = root
        self.now = now
        self.send = send
        self.signers = signers(now())
        self.without: set[str] = {"coming station"}
        """Signers that the key set does not list now."""
        self.passkeys: tuple[Key, ...] = ()
        """Further keys in the province's key set."""
        self.root_sets: tuple[SignedTogether, ...] = ()
        """The root sets that the node has followed."""
        self.epoch = 0
        """Of the plans and clock replies that it signs."""
        self._version = 0
        self._approvals: dict[str, str] = {}

    def key(self, name: str) -> SigningKey:
        """Return a private key by what it is for."""
        return self.signers[name].key

    def next_version(self) -> int:
        """Return a version above all before."""
        self._version = max(self._version + 1, int(self.now().timestamp() * 1000))
        return self._version

    # -- signed documents

    def signed(self, message: WireMessage, key: SigningKey) -> bytes:
        """Sign a message with any key, also one that may not sign it."""
        if key.role in KINDS[type(message)].signers:
            return sign(message, key).encode()
        return key.sign_bytes(message.payload(), KINDS[type(message)].typ).encode()

    def key_set(self, area: AreaCode = PROVINCE, **changes: Any) -> KeySet:
        """Return a key set of a new version; all keys of the kit stand in the province's."""
        listed = [one.listed for name, one in self.signers.items() if name not in self.without]
        known = (*(key for key in listed if key is not None), *self.passkeys)
        keys = known if area == PROVINCE else ()
        told: dict[str, Any] = {
            "area": area,
            "version": self.next_version(),
            "issued_at": whole_ms(self.now()),
            "expires_at": whole_ms(self.now() + YEAR / 2),
            "keys": keys,
        }
        return KeySet(**told | changes)

    def publish_keys(self, area: AreaCode = PROVINCE, **changes: Any) -> None:
        """Publish a key set of a new version."""
        self.send(topics.keys(area), self.signed(self.key_set(area, **changes), self.root), 1, True)

    def plan(self, target: str, airings: Iterable[PlannedAiring] = (), **changes: Any) -> Plan:
        """Return a plan of a new version, with the approvals that it names."""
        told: dict[str, Any] = {
            "target": target,
            "version": self.next_version(),
            "issued_at": whole_ms(self.now()),
            "expires_at": whole_ms(self.now() + DAY),
            "airings": tuple(airings),
            "epoch": self.epoch,
        } | changes
        named = {one.approval for one in (*told["airings"], *told.get("keep", ()))}
        carried = tuple(self._approvals[name] for name in sorted(named & self._approvals.keys()))
        return Plan(**{"approvals": carried} | told)

    def publish_plan(self, target: str, airings: Iterable[PlannedAiring] = (), **changes: Any) -> Plan:
        """Publish a good plan; return it."""
        plan = self.plan(target, airings, **changes)
        self.send(topics.plan(target), self.signed(plan, self.key("station")), 1, True)
        return plan

    def policy(self, target: AreaCode = PROVINCE, **changes: Any) -> Policy:
        """Return a policy without limits, of a new version."""
        told: dict[str, Any] = {
            "target": target,
            "version": self.next_version(),
            "issued_at": whole_ms(self.now()),
            "expires_at": whole_ms(self.now() + YEAR),
            "quiet_hours": (),
            "loudest_volume": 100,
            "minutes_a_day": 1440,
        }
        return Policy(**told | changes)

    def publish_policy(
        self, target: AreaCode = PROVINCE, signer: str = "administrator", **changes: Any
    ) -> Policy:
        """Publish a good policy; return it."""
        policy = self.policy(target, **changes)
        self.send(topics.policy(target), self.signed(policy, self.key(signer)), 1, True)
        return policy

    def place(self, **changes: Any) -> Place:
        """Return a place of a new version that leaves the node where it stands."""
        told: dict[str, Any] = {
            "node": self.node,
            "version": self.next_version(),
            "issued_at": whole_ms(self.now()),
            "expires_at": whole_ms(self.now() + YEAR),
            "areas": AREAS,
        }
        return Place(**told | changes)

    def send_place(self, place: Place, signer: str = "administrator") -> None:
        """Publish a place, signed by any key."""
        self.send(topics.place(self.node), self.signed(place, self.key(signer)), 1, True)

    def home(self, brokers: Sequence[str], **changes: Any) -> Home:
        """Return a home of a new version."""
        told: dict[str, Any] = {
            "target": PROVINCE,
            "version": self.next_version(),
            "issued_at": whole_ms(self.now()),
            "expires_at": whole_ms(self.now() + YEAR),
            "brokers": tuple(brokers),
        }
        return Home(**told | changes)

    def publish_manifest(self, recording: KitRecording, signer: str = "station") -> None:
        """Publish a recording's manifest."""
        topic = topics.manifest(recording.id)
        self.send(topic, self.signed(recording.manifest, self.key(signer)), 1, True)

    # -- parts of plans

    def approval(self, recording: KitRecording, **changes: Any) -> Approval:
        """Return an approval for every airing of the kit, by the person `approver` names."""
        now = whole_ms(self.now())
        told: dict[str, Any] = {
            "bulletin": "kit",
            "revision": 1,
            "text_sha256": _TEXT,
            "recording": recording.id,
            "author": "kit-author",
            "approver": "kit-approver",
            "approved_at": now - HOUR,
            "valid_from": now - HOUR,
            "expires_at": now + 30 * DAY,
            "areas": (PROVINCE,),
            "grade": Grade.EMERGENCY,
        }
        return Approval(**told | changes)

    def approved(self, recording: KitRecording, signer: str = "approver", **changes: Any) -> str:
        """Return a signed approval."""
        return self.signed(self.approval(recording, **changes), self.key(signer)).decode()

    def authored(self, recording: KitRecording, signer: str = "author", /, **changes: Any) -> str:
        """Return an author's signature under the text and a recording."""
        now = whole_ms(self.now())
        told: dict[str, Any] = {
            "text_sha256": _TEXT,
            "recording": recording.id,
            "areas": (PROVINCE,),
            "grade": Grade.EMERGENCY,
            "authored_at": now - HOUR,
            "expires_at": now + 30 * DAY,
        }
        return self.signed(Authorship(**told | changes), self.key(signer)).decode()

    def carried(self, approval: str) -> str:
        """Note a signed approval, for the plans that name it; return its name."""
        name = text_digest(approval)
        self._approvals[name] = approval
        return name

    def airing(self, name: str, recording: KitRecording, starts_in_s: float, **changes: Any) -> PlannedAiring:
        """Return a good routine airing; changes named `approval` replace the signed approval."""
        starts_at = whole_ms(self.now() + timedelta(seconds=starts_in_s))
        told: dict[str, Any] = {
            "airing": AiringId(name),
            "recording": recording.id,
            "starts_at": starts_at,
            "latest_start_at": starts_at + timedelta(minutes=5),
            "duration_ms": recording.duration_ms,
            "grade": Grade.ROUTINE,
            "volume": 60,
        } | changes
        if "approval" not in told:
            told["approval"] = self.approved(recording, test=told.get("test", False))
        return PlannedAiring(**told | {"approval": self.carried(told["approval"])})

    def emergency(
        self, name: str, recording: KitRecording, every_s: float, starts_in_s: float = 0.4, **changes: Any
    ) -> PlannedAiring:
        """Return a repeated emergency that two persons have called."""
        every_ms = int(every_s * 1000)
        told: dict[str, Any] = {
            "grade": Grade.EMERGENCY,
            "every_ms": every_ms,
            "duration_ms": every_ms * (ROUNDS - 1) + recording.duration_ms,
        }
        airing = self.airing(name, recording, starts_in_s, **told | changes)
        return airing.model_copy(update={"call": self.called(self.call(airing))})

    def call(self, airing: PlannedAiring, /, **changes: Any) -> Call:
        """Return a call of an airing, as it is planned."""
        told: dict[str, Any] = {
            "airing": airing.airing,
            "recording": airing.recording,
            "text_sha256": _TEXT,
            "areas": (PROVINCE,),
            "loudest_volume": 100,
            "called_at": min(whole_ms(self.now()), airing.starts_at),
            "until": ends_at(airing) + timedelta(minutes=1),
            "every_ms": airing.every_ms,
        }
        return Call(**told | changes)

    def called(self, call: Call, signers: Sequence[str] = ("approver", "second approver")) -> SignedCall:
        """Have persons sign a call together."""
        texts = [self.signed(call, self.key(signer)).decode() for signer in signers]
        return SignedCall.model_validate(joined(texts).model_dump())

    def kept(self, name: str, recording: KitRecording, **changes: Any) -> Kept:
        """Return a recording to keep."""
        told: dict[str, Any] = {"name": AiringId(name), "recording": recording.id} | changes
        text = told.pop("approval", None) or self.approved(recording)
        return Kept(approval=self.carried(text), **told)

    def refused_airing(self, name: str) -> PlannedAiring:
        """Return an airing that a node refuses at once: everything about its approval is wrong.

        So one that does not check one of these things still answers, and the other checks go on.
        """
        recording, other = tone(3, 440.0), tone(3, 550.0)
        past = whole_ms(self.now()) - 400 * DAY
        times: dict[str, Any] = {"approved_at": past, "valid_from": past, "expires_at": past + DAY}
        text = self.approved(other, areas=(ELSEWHERE,), author="kit-approver", grade=Grade.ROUTINE, **times)
        header, payload, signature = text.split(".")
        spoilt = signature[:-1].swapcase() + signature[-1]
        return self.airing(
            name,
            recording,
            HOUR.total_seconds(),
            approval=f"{header}.{payload}.{spoilt}",
            grade=Grade.PRIORITY,
        )

    def probe(self, name: str) -> Plan:
        """Publish a plan that a good node answers with a receipt at once."""
        return self.publish_plan(PROBE, [self.refused_airing(name)])

    # -- answers

    def time_reply(self, request: Request, received_us: int, replied_us: int, **changes: Any) -> TimeReply:
        """Return the answer to a clock request."""
        told: dict[str, Any] = {
            "node": request.node,
            "sent_us": request.sent_us,
            "received_us": received_us,
            "replied_us": replied_us,
            "epoch": self.epoch,
        }
        return TimeReply(**told | changes)

    def send_reply(self, reply: TimeReply, signer: str = "station") -> None:
        """Send a clock reply, signed by any key."""
        self.send(topics.time_reply(self.node), self.signed(reply, self.key(signer)), 0, False)

    def answer(
        self, ids: Sequence[str], refused: Sequence[RefusedReceipt] = (), **changes: Any
    ) -> ReceiptsCommitted:
        """Return the answer to receipts."""
        told: dict[str, Any] = {"node": self.node, "ids": tuple(ids), "refused": tuple(refused)}
        return ReceiptsCommitted(**told | changes)

    def commit(self, ids: Sequence[str], refused: Sequence[RefusedReceipt] = ()) -> None:
        """Say that receipts are kept, or will never be."""
        payload = self.signed(self.answer(ids, refused), self.key("station"))
        self.send(topics.receipt_committed(self.node), payload, 0, False)
