"""A loudspeaker written from docs/protocol.md alone: imports nothing of ours, only paho and cryptography."""

import base64
import binascii
import hashlib
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import paho.mqtt.client as paho
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

RANKS = {"routine": 0, "priority": 1, "emergency": 2}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TRUSTED_ERROR_US = 100_000
ROLES = {"loa-plan": "station", "loa-manifest": "station", "loa-time": "station"} | {
    "loa-policy": "administrator",
    "loa-approval": "approver",
}


class Refused(Exception):  # noqa: N818 - the page's word
    """A message that must not be acted upon; its text is the reason code."""


@dataclass
class Played:
    """One airing as it was heard."""

    airing: str
    recording: str
    data: bytes
    planned_at: datetime
    began_at: datetime
    """By the true clock of this machine, not by the stranger's own."""
    offset_ms: int
    heard_ms: int
    volume: int
    why: str


@dataclass
class StrangerReport:
    """What the stranger saw and did."""

    played: list[Played] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Messages and airings refused, by `kind: reason`."""
    fetched: list[str] = field(default_factory=list)
    committed: set[str] = field(default_factory=set)
    uncommitted: int = 0
    wants: int = 0
    chunks_refused: int = 0
    offset_us: int | None = None
    error_us: int | None = None


def unbase64url(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("malformed")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise Refused("malformed") from error


def read_instant(text):
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        raise Refused("malformed")
    return datetime.fromisoformat(text)


def write_instant(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def open_jws(text, typ, find_key):
    """Check a compact JWS as the page says, up to the signature; return its payload."""
    raw = text if isinstance(text, bytes) else text.encode()
    if len(raw) > 524_288 or raw.count(b".") != 2:
        raise Refused("malformed")
    head, body, signature = raw.decode("ascii", "replace").split(".")
    try:
        header = json.loads(unbase64url(head))
    except ValueError as error:
        raise Refused("malformed") from error
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"} or header["alg"] != "Ed25519":
        raise Refused("malformed")
    if header["typ"] != typ:
        raise Refused("wrong-kind")
    public = find_key(header["kid"])
    try:
        key = Ed25519PublicKey.from_public_bytes(unbase64url(public))
        key.verify(unbase64url(signature), f"{head}.{body}".encode())
    except InvalidSignature as error:
        raise Refused("bad-signature") from error
    return json.loads(unbase64url(body))


def merged(plans, now):
    airings = {}
    for plan in sorted(plans, key=lambda plan: (plan["version"], plan["target"])):
        if read_instant(plan["expires_at"]) > now:
            airings.update({airing["airing"]: airing for airing in plan["airings"]})
    return list(airings.values())


def span_of(airing):
    begins = read_instant(airing["starts_at"])
    return begins, begins + timedelta(milliseconds=airing["duration_ms"])


def is_silenced(policy, airings, now):
    wall = now.astimezone(ZoneInfo(policy["zone"]))
    minute = wall.strftime("%H:%M")
    for quiet in policy["quiet_hours"]:
        begins, ends = quiet["begins"], quiet["ends"]
        if (begins <= minute < ends) if begins < ends else (minute >= begins or minute < ends):
            return True
    if policy["minutes_a_day"] >= 1440:
        return False
    midnight = datetime.combine(wall.date(), datetime.min.time(), ZoneInfo(policy["zone"])).astimezone(UTC)
    # Add up, between all bounds of today until now, the pieces in which something is due but no emergency.
    spans = [(*span_of(airing), airing["grade"] == "emergency") for airing in airings]
    bounds = sorted({midnight, now, *(at for one in spans for at in one[:2] if midnight < at < now)})
    used = timedelta()
    for begins, ends in pairwise(bounds):
        due = [emergency for since, until, emergency in spans if since <= begins < until]
        if due and not any(due):
            used += ends - begins
    return used >= timedelta(minutes=policy["minutes_a_day"])


def what_sounds(plans, policies, now, playable=lambda _: True):
    """The page's question, answered by its five steps; an airing that cannot be played leaves its place."""
    airings = merged(plans, now)
    due = [one for one in airings if span_of(one)[0] <= now < span_of(one)[1] and playable(one)]
    if not due:
        return None
    first = min(due, key=lambda one: (-RANKS[one["grade"]], span_of(one)[0], one["airing"].encode()))
    if first["grade"] != "emergency" and any(is_silenced(policy, airings, now) for policy in policies):
        return None
    volume = min([first["volume"], *(policy["loudest_volume"] for policy in policies)])
    return first | {"volume": volume}


class Stranger:
    """One node; a single thread turns paho's loop and its own."""

    def __init__(self, url, root_public, node_id, areas, clock_error_s):
        self.url, self.root, self.node, self.areas = urlsplit(url), root_public, node_id, list(areas)
        self.clock_error_s = clock_error_s
        self.report = StrangerReport()
        self.session = 0
        self.keys, self.keys_version, self.keys_expire = {}, 0, None
        self.plans, self.policies = {}, {}
        self.early = {}
        self.manifests, self.chunks, self.whole = {}, {}, {}
        self.want_at, self.patience = {}, {}
        self.asked, self.exchanges, self.ask_at = {}, [], []
        self.receipts, self.receipt_count, self.send_at, self.send_gap = {}, 0, 0.0, 5.0
        self.sound, self.finished, self.begun, self.told = None, set(), set(), set()
        self.is_connected = False

    # -- clock

    def own_us(self):
        return int((time.time() + self.clock_error_s) * 1e6)

    @property
    def best(self):
        return min(self.exchanges[-8:], default=None)

    def now(self):
        """Station time."""
        offset = self.best[1] if self.best else 0
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.own_us() + offset)

    def is_clock_trusted(self):
        return self.best is not None and self.best[0] / 2 <= TRUSTED_ERROR_US

    # -- trust

    def checked(self, text, typ):
        """Return a signed message after all checks but those of its own kind."""

        def find(kid):
            if kid not in self.keys:
                raise Refused("unknown-key")
            if self.keys[kid]["role"] != ROLES[typ]:
                raise Refused("wrong-role")
            key.update(self.keys[kid])
            return key["public"]

        key = {}
        message = open_jws(text, typ, find)
        now = self.now()
        if typ == "loa-time":
            now = datetime.fromtimestamp(message["replied_us"] / 1e6, UTC)
        if not read_instant(key["not_before"]) <= now < read_instant(key["not_after"]):
            raise Refused("expired")
        if now >= self.keys_expire or (
            "expires_at" in message and now >= read_instant(message["expires_at"])
        ):
            raise Refused("expired")
        return message

    def take_keys(self, payload):
        key_set = open_jws(payload, "loa-keys", lambda _: self.root)
        if key_set["version"] <= self.keys_version:
            raise Refused("old")
        expires = read_instant(key_set["expires_at"])
        if self.best and self.now() >= expires:
            raise Refused("expired")
        self.keys_version, self.keys_expire = key_set["version"], expires
        self.keys = {key["kid"]: key for key in key_set["keys"]}
        early, self.early = self.early, {}
        for topic, waiting in early.items():
            self.take(topic, waiting)

    def take_document(self, kind, target, payload, store):
        if target not in [*self.areas, self.node] or (kind == "policy" and target == self.node):
            raise Refused("other-target")
        try:
            document = self.checked(payload, f"loa-{kind}")
        except Refused as reason:
            if str(reason) == "unknown-key":
                self.early[f"loa/v1/{kind}/{target}"] = payload
            raise
        if document["target"] != target:
            raise Refused("other-target")
        if target in store and document["version"] <= store[target]["version"]:
            raise Refused("old")
        store[target] = document

    def check_approval(self, airing):
        approval = self.checked(airing["approval"], "loa-approval")
        if approval["recording"] != airing["recording"]:
            raise Refused("wrong-approval")
        if approval.get("test", False) != airing.get("test", False):
            raise Refused("wrong-approval")

    def is_approved(self, airing):
        try:
            self.check_approval(airing)
        except Refused as reason:
            if (airing["airing"], "refused") not in self.told:
                self.tell(airing, "refused", reason=str(reason))
                self.report.refused[f"airing: {reason}"] += 1
            return False
        return True

    # -- messages

    def on_message(self, _client, _userdata, message):
        if message.payload:
            self.take(message.topic, message.payload)

    def take(self, topic, payload):
        levels = topic.split("/")[2:]
        try:
            match levels:
                case ["keys"]:
                    self.take_keys(payload)
                case ["plan", target]:
                    self.take_document("plan", target, payload, self.plans)
                case ["policy", area]:
                    self.take_document("policy", area, payload, self.policies)
                case ["recording", recording, "manifest"]:
                    self.take_manifest(recording, payload)
                case ["recording", recording, "chunk", n] | ["node", _, "chunk", recording, n]:
                    self.take_chunk(recording, int(n), payload)
                case ["node", _, "receipt-committed"]:
                    self.take_committed(json.loads(payload))
                case ["time", _, "reply"]:
                    self.take_time(payload)
        except Refused as reason:
            self.report.refused[f"{levels[0]}: {reason}"] += 1

    def take_time(self, payload):
        arrived = self.own_us()
        reply = self.checked(payload, "loa-time")
        if reply["node"] != self.node or self.asked.pop(reply["sent_us"], None) is None:
            raise Refused("not-asked")
        sent, received, replied = reply["sent_us"], reply["received_us"], reply["replied_us"]
        round_trip = (arrived - sent) - (replied - received)
        self.exchanges.append((round_trip, ((received - sent) + (replied - arrived)) // 2))
        self.report.offset_us, self.report.error_us = self.best[1], self.best[0] // 2

    def take_manifest(self, recording, payload):
        if recording in self.manifests:
            return
        manifest = self.checked(payload, "loa-manifest")
        if manifest["recording"] != recording:
            raise Refused("other-target")
        if len(manifest["chunks"]) != -(-manifest["size"] // manifest["chunk_size"]):
            raise Refused("malformed")
        self.manifests[recording], self.chunks[recording] = manifest, {}
        self.client.subscribe(f"loa/v1/recording/{recording}/chunk/+", 1)
        self.want_at[recording], self.patience[recording] = time.monotonic() + random.random(), 4.0

    def take_chunk(self, recording, n, payload):
        manifest = self.manifests.get(recording)
        if manifest is None or n in self.chunks.get(recording, ()) or recording in self.whole:
            return
        if n >= len(manifest["chunks"]) or hashlib.sha256(payload).hexdigest() != manifest["chunks"][n]:
            self.report.chunks_refused += 1
            return
        self.chunks[recording][n] = payload
        self.patience[recording] = 4.0
        self.want_at[recording] = time.monotonic() + 4.0 * random.uniform(0.75, 1.25)
        if len(self.chunks[recording]) == len(manifest["chunks"]):
            data = b"".join(self.chunks[recording][i] for i in range(len(manifest["chunks"])))
            if hashlib.sha256(data).hexdigest() != recording:
                raise Refused("recording-spoilt")
            self.whole[recording] = data
            self.report.fetched.append(recording)
            for last in ("manifest", "chunk/+"):
                self.client.unsubscribe(f"loa/v1/recording/{recording}/{last}")

    def take_committed(self, committed):
        for receipt in committed["ids"]:
            if self.receipts.pop(receipt, None):
                self.report.committed.add(receipt)

    # -- what is due by time

    def publish(self, topic, message, qos=1, *, retain=False):
        if self.is_connected:
            self.client.publish(topic, json.dumps(message), qos, retain)

    def tell(self, airing, kind, *, offset_ms=0, heard_ms=0, reason=None):
        self.told.add((airing["airing"], kind))
        self.receipt_count += 1
        receipt = f"{self.node}.{self.session}.{self.receipt_count}"
        self.receipts[receipt] = {
            "id": receipt,
            "airing": airing["airing"],
            "recording": airing["recording"],
            "kind": kind,
            "at": write_instant(self.now()),
            "offset_ms": offset_ms,
            "heard_ms": heard_ms,
            "clock_error_ms": self.best[0] / 2000 if self.best else None,
            "reason": reason,
        }
        self.send_at, self.send_gap = 0.0, 5.0

    def tick(self):
        at = time.monotonic()
        if self.ask_at and at >= self.ask_at[0]:
            self.ask_at.pop(0)
            sent = self.own_us()
            self.asked[sent] = True
            self.publish(f"loa/v1/time/{self.node}", {"node": self.node, "sent_us": sent}, 0)
        if self.receipts and at >= self.send_at:
            batch = list(self.receipts.values())[:100]
            self.publish(
                f"loa/v1/node/{self.node}/receipt",
                {"node": self.node, "session": self.session, "receipts": batch},
            )
            self.send_at, self.send_gap = at + self.send_gap, min(self.send_gap * 2, 60.0)
        if self.keys:
            self.fetch(at)
            self.play()

    def fetch(self, at):
        for airing in merged(self.plans.values(), self.now()):
            recording = airing["recording"]
            if span_of(airing)[1] <= self.now() or not self.is_approved(airing):
                continue
            if recording in self.whole:
                if (airing["airing"], "fetched") not in self.told:
                    self.tell(airing, "fetched")
            elif recording not in self.want_at:
                self.want_at[recording] = float("inf")
                self.client.subscribe(f"loa/v1/recording/{recording}/manifest", 1)
            elif at >= self.want_at[recording]:
                self.want(recording)
                self.want_at[recording] = at + self.patience[recording] * random.uniform(0.75, 1.25)
                self.patience[recording] = min(self.patience[recording] * 2, 30.0)

    def want(self, recording):
        count = len(self.manifests[recording]["chunks"])
        bitmap = bytearray((count + 7) // 8)
        for n in range(count):
            if n not in self.chunks[recording]:
                bitmap[n // 8] |= 1 << (n % 8)
        missing = base64.b64encode(bitmap).decode()
        message = {"node": self.node, "recording": recording, "count": count, "missing": missing}
        self.publish(f"loa/v1/node/{self.node}/want", message)
        self.report.wants += 1

    def may_play(self, airing):
        is_emergency = airing["grade"] == "emergency"
        has_begun = airing["airing"] in self.begun
        is_late = self.now() > read_instant(airing["latest_start_at"])
        return (
            airing["airing"] in self.finished
            or (self.sound is not None and self.sound[0]["airing"] == airing["airing"])
            or (
                airing["recording"] in self.whole
                and (is_emergency or has_begun or not is_late)
                and (is_emergency or self.is_clock_trusted())
                and self.is_approved(airing)
            )
        )

    def play(self):
        now = self.now()
        due = what_sounds(self.plans.values(), self.policies.values(), now, self.may_play)
        if self.sound is not None:
            airing, began, played = self.sound
            length = timedelta(milliseconds=self.manifests[airing["recording"]]["duration_ms"])
            ended = began - timedelta(milliseconds=played.offset_ms) + length
            is_named = any(one["airing"] == airing["airing"] for one in merged(self.plans.values(), now))
            runs_out = is_named and timedelta() <= now - span_of(airing)[1] < timedelta(seconds=5)
            if now >= ended:
                self.end_sound("finished", None)
            elif due is None and not runs_out:
                self.end_sound("stopped", "policy" if is_named else "withdrawn")
            elif due is not None and due["airing"] != airing["airing"]:
                is_heard = now >= ended - timedelta(milliseconds=500)
                self.end_sound("finished" if is_heard else "stopped", None if is_heard else "pre-empted")
        if due is not None and self.sound is None and due["airing"] not in self.finished:
            offset_ms = int((now - read_instant(due["starts_at"])) / timedelta(milliseconds=1))
            offset_ms = 0 if due["airing"] not in self.begun and offset_ms < 50 else offset_ms
            true_now = datetime.now(UTC)
            self.sound = (due, now, Played(
                due["airing"], due["recording"], self.whole[due["recording"]],
                read_instant(due["starts_at"]), true_now, offset_ms, 0, due["volume"], "",
            ))  # fmt: skip
            self.begun.add(due["airing"])
            self.tell(due, "started", offset_ms=offset_ms)

    def end_sound(self, kind, reason):
        airing, began, played = self.sound
        self.sound = None
        played.heard_ms = int((self.now() - began) / timedelta(milliseconds=1))
        played.why = kind
        self.report.played.append(played)
        if kind == "finished":
            self.finished.add(airing["airing"])
        self.tell(
            airing,
            kind,
            offset_ms=played.offset_ms + played.heard_ms,
            heard_ms=played.heard_ms,
            reason=reason,
        )

    # -- connection

    def state(self, *, online):
        return {
            "node": self.node,
            "session": self.session,
            "online": online,
            "at": write_instant(self.now()) if online else None,
            "software": "stranger 1",
        }

    def on_connect(self, client, _userdata, _flags, _code, _properties):
        self.is_connected = True
        node = self.node
        filters = ["loa/v1/keys", f"loa/v1/plan/{node}", f"loa/v1/node/{node}/receipt-committed"]
        filters += [f"loa/v1/node/{node}/chunk/+/+", f"loa/v1/time/{node}/reply"]
        filters += [f"loa/v1/{kind}/{area}" for area in self.areas for kind in ("plan", "policy")]
        for recording in self.want_at.keys() - self.whole.keys():
            filters += [f"loa/v1/recording/{recording}/{last}" for last in ("manifest", "chunk/+")]
        client.subscribe([(name, 1) for name in filters])
        self.publish(f"loa/v1/node/{node}/state", self.state(online=True), retain=True)
        began = time.monotonic()
        self.ask_at = [began + 0.3 * n for n in range(8)] + [began + 20.0 * n for n in range(1, 100)]
        self.send_at = 0.0

    def connect(self):
        self.session += 1
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=self.node, protocol=paho.MQTTProtocolVersion.MQTTv5
        )
        self.client.on_connect, self.client.on_message = self.on_connect, self.on_message
        if self.url.username:
            self.client.username_pw_set(self.url.username, self.url.password)
        self.client.will_set(f"loa/v1/node/{self.node}/state", json.dumps(self.state(online=False)), 1, True)
        properties = Properties(PacketTypes.CONNECT)
        properties.ReceiveMaximum = 8
        self.client.connect(
            self.url.hostname, self.url.port or 1883, 60, clean_start=True, properties=properties
        )

    def run(self, until, is_enough):
        while datetime.now(UTC) < until and not is_enough(self):
            try:
                self.connect()
                while datetime.now(UTC) < until and not is_enough(self):
                    if self.client.loop(0.005) != paho.MQTTErrorCode.MQTT_ERR_SUCCESS:
                        break
                    self.tick()
            except OSError:
                time.sleep(0.5)
            finally:
                self.leave()
        self.report.uncommitted = len(self.receipts)
        return self.report

    def leave(self):
        if self.is_connected:
            self.publish(f"loa/v1/node/{self.node}/state", self.state(online=False), retain=True)
            self.client.disconnect()
            deadline = time.monotonic() + 1
            while (
                self.client.loop(0.01) == paho.MQTTErrorCode.MQTT_ERR_SUCCESS and time.monotonic() < deadline
            ):
                continue
        self.is_connected = False


def has_finished_and_told(stranger):
    """Enough, usually: something was heard to its end, and the station keeps every receipt."""
    return bool(stranger.finished) and not stranger.receipts


def run(url, root_public, node_id, areas, until, *, clock_error_s=0.0, is_enough=has_finished_and_told):
    """Be a node until enough was done, or until the instant `until`; return a StrangerReport."""
    return Stranger(url, root_public, node_id, areas, clock_error_s).run(until, is_enough)
