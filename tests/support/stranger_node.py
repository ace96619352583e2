"""A node written from docs/protocol.md alone: imports nothing of Loa, only paho and cryptography."""

import hashlib
import json
import random
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.support.stranger_calls import check_call
from tests.support.stranger_documents import Documents
from tests.support.stranger_fetching import Fetcher
from tests.support.stranger_rules import (
    Played,
    Refused,
    StrangerClock,
    StrangerReport,
    approval_of,
    check_scope,
    has_next_round,
    merged,
    place_of,
    read_instant,
    signed_receipt,
    span_of,
    to_keep,
    what_sounds,
    write_instant,
)

PATIENCE = timedelta(seconds=10)
"""A document and the reply that names it may come by different ways."""


class Stranger(Fetcher):
    """One node; a single thread turns paho's loop and its own."""

    def __init__(self, url, root_public, node_id, areas, *, clock_error_s, key, protocol):
        self.key, self.newest_receipt = Ed25519PrivateKey.from_private_bytes(key), "0" * 64
        self.url, self.node = urlsplit(url), node_id
        self.clock, self.protocol = StrangerClock(clock_error_s), protocol
        self.report = StrangerReport()
        self.session = 0
        self.ring, self.missed_at = Documents(node_id, areas, root_public), float("-inf")
        self.manifests, self.chunks, self.whole = {}, {}, {}
        self.want_at, self.patience = {}, {}
        self.asked, self.ask_at, self.called = {}, [], {}
        self.receipts, self.receipt_count, self.send_at, self.send_gap = {}, 0, 0.0, 5.0
        self.sound, self.finished, self.begun, self.told = None, set(), set(), set()
        self.between, self.heard_ms = {}, Counter()
        self.is_connected = False

    def now(self):
        return self.clock.now()

    @property
    def best(self):
        return self.clock.best

    @property
    def areas(self):
        return self.ring.areas

    @property
    def plans(self):
        return {target: plan for target, (plan, _) in self.ring.plans.items()}

    @property
    def policies(self):
        return {area: policy for area, (policy, _) in self.ring.policies.items()}

    def runs_now(self, airing):
        """Whether the station said since boot that it runs now: by its time, or by a plan sent just now."""
        is_called = any(airing["airing"] in names for names in self.called.values())
        return self.best is not None or is_called or airing["airing"] in self.begun

    # -- trust

    def checked(self, text, typ):
        return self.ring.checked(text, typ, self.now())

    def take_document(self, kind, target, payload):
        if self.best is None and kind in ("plan", "policy"):
            with suppress(Refused):  # its key may come later
                self.clock.at_least(self.ring.checked(payload, f"loa-{kind}", None))
        before = set(self.filters)
        self.ring.take(kind, target, payload, self.now() if self.best else None, self.now())
        for gone in before - set(self.filters):
            self.client.unsubscribe(gone)
        for new in set(self.filters) - before:
            self.client.subscribe(new, 1)
        if kind == "plan":
            names = [airing["airing"] for airing in self.plans[target]["airings"]]
            self.called[target] = [] if self.is_retained else names

    def is_approved(self, airing):
        try:
            approval, key = self.ring.checked_by(approval_of(airing, self.plans), "loa-approval", self.now())
            check_scope(approval, key, airing, self.areas, self.now())
            if airing.get("grade") == "emergency":
                check_call(airing, approval["text_sha256"], self.areas, self.ring, self.now())
        except Refused as reason:
            if (airing["airing"], "refused") not in self.told:
                self.tell(airing, "refused", reason=str(reason))
                self.report.refused[f"airing: {reason}"] += 1
            return False
        return True

    # -- messages

    def on_message(self, _client, _userdata, message):
        self.is_retained = message.retain
        if message.payload:
            self.take(message.topic, message.payload)

    def take(self, topic, payload):
        levels = topic.split("/")[2:]
        try:
            match levels:
                case [("keys" | "plan" | "policy") as kind, target]:
                    self.take_document(kind, target, payload)
                case ["roots"] | ["node", _, "place"]:
                    self.take_document(levels[-1], self.node, payload)
                case ["recording", recording, "manifest"]:
                    self.take_manifest(recording, payload)
                case ["recording", recording, "chunk", n] | ["node", _, "chunk", recording, n]:
                    self.take_chunk(recording, int(n), payload)
                case ["node", _, "receipt-committed"]:
                    self.take_committed(payload)
                case ["time", _, "reply"]:
                    self.take_time(payload)
        except Refused as reason:
            self.report.refused[f"{levels[0]}: {reason}"] += 1

    def take_time(self, payload):
        arrived = self.clock.own_us()
        reply = self.checked(payload, "loa-time")
        if reply["node"] != self.node or self.asked.pop(reply["sent_us"], None) is None:
            raise Refused("not-asked")
        self.ring.take("time", self.node, payload, self.now() if self.best else None)
        sent, received, replied = reply["sent_us"], reply["received_us"], reply["replied_us"]
        round_trip = (arrived - sent) - (replied - received)
        self.clock.exchanges.append((round_trip, ((received - sent) + (replied - arrived)) // 2))
        self.report.offset_us, self.report.error_us = self.best[1], self.best[0] // 2
        self.ring.learn_time(self.now())

    def take_committed(self, payload):
        committed = self.checked(payload, "loa-committed")
        if committed["node"] != self.node:
            raise Refused("other-target")
        for receipt in committed["ids"]:
            if self.receipts.pop(receipt, None):
                self.report.committed.add(receipt)
        for refused in committed.get("refused", ()):
            if self.receipts.pop(refused["id"], None):
                self.report.refused[f"receipt: {refused['code']}"] += 1

    # -- what is due by time

    def publish(self, topic, message, qos=1, *, retain=False):
        if self.is_connected:
            self.client.publish(topic, json.dumps(message), qos, retain)

    def tell(self, airing, kind, *, offset_ms=0, heard_ms=0, reason=None):
        self.told.add((airing["airing"], kind))
        self.receipt_count += 1
        sounded = kind in ("started", "finished", "stopped")
        receipt = {
            "node": self.node, "seq": self.receipt_count, "previous": self.newest_receipt,
            "airing": airing["airing"], "recording": airing["recording"], "kind": kind,
            "at": write_instant(self.now()), "offset_ms": offset_ms, "heard_ms": heard_ms,
            "clock_error_ms": self.best[0] / 2000 if self.best else None,
            "volume": airing["volume"] if sounded else None, "reason": reason,
        }  # fmt: skip
        text = signed_receipt(receipt, self.key)
        self.newest_receipt = hashlib.sha256(text.encode()).hexdigest()
        self.receipts[self.newest_receipt] = text
        self.send_at, self.send_gap = 0.0, 5.0

    def tick(self):
        at = time.monotonic()
        if self.ask_at and at >= self.ask_at[0]:
            self.ask_at.pop(0)
            sent = self.clock.own_us()
            self.asked[sent] = True
            self.publish(f"loa/v1/time/{self.node}", {"node": self.node, "sent_us": sent}, 0)
        if self.receipts and at >= self.send_at:
            batch = list(self.receipts.values())[:100]
            told = {"node": self.node, "session": self.session, "receipts": batch}
            self.publish(f"loa/v1/node/{self.node}/receipt", told)
            self.send_at, self.send_gap = at + self.send_gap, min(self.send_gap * 2, 60.0)
        lacking = [name for name, one in self.ring.missing.items() if self.now() - one["since"] > PATIENCE]
        if lacking and at > self.missed_at + 300:
            self.missed_at = at
            topics = [f"node/{self.node}/place" if name == "place" else name for name in lacking]
            self.client.subscribe([(f"loa/v1/{topic}", 1) for topic in topics])
        if self.ring.keys:
            self.fetch(at)
            self.play()

    def fetch(self, at):
        needed = [(one, "fetched") for one in merged(self.plans.values(), self.now())
                  if span_of(one)[1] > self.now()]  # fmt: skip
        needed += [(one, "kept") for one in to_keep(self.plans.values())]
        for airing, kind in needed:
            recording = airing["recording"]
            if not self.is_approved(airing):
                continue
            if recording in self.whole:
                if (airing["airing"], kind) not in self.told:
                    self.tell(airing, kind)
            elif recording not in self.want_at:
                self.want_at[recording] = float("inf")
                self.client.subscribe(f"loa/v1/recording/{recording}/manifest", 1)
            elif at >= self.want_at[recording]:
                self.want(recording)
                self.want_at[recording] = at + self.patience[recording] * random.uniform(0.75, 1.25)
                self.patience[recording] = min(self.patience[recording] * 2, 30.0)

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
                and (self.clock.is_trusted() or (is_emergency and self.runs_now(airing)))
                and self.ring.begins(self.now()) in ("all", "emergencies" if is_emergency else "all")
                and self.is_approved(airing)
            )
        )

    def is_refused(self, airing):
        return (airing["airing"], "refused") in self.told and not self.is_approved(airing)

    def play(self):
        now = self.now()
        due = what_sounds(self.plans.values(), self.policies.values(), now, self.may_play, self.is_refused)
        if self.sound is not None:
            airing, began, played = self.sound
            length = timedelta(milliseconds=self.manifests[airing["recording"]]["duration_ms"])
            ended = began - timedelta(milliseconds=played.offset_ms) + length
            is_named = any(one["airing"] == airing["airing"] for one in merged(self.plans.values(), now))
            runs_out = is_named and timedelta() <= now - span_of(airing)[1] < timedelta(seconds=5)
            if now >= ended:
                self.end_sound("round" if has_next_round(airing, began) else "finished", None)
            elif due is None and not runs_out:
                self.end_sound("stopped", "policy" if is_named else "withdrawn")
            elif due is not None and due["airing"] != airing["airing"]:
                is_heard = now >= ended - timedelta(milliseconds=500)
                self.end_sound("finished" if is_heard else "stopped", None if is_heard else "pre-empted")
        for airing in [one for one in self.between.values() if self.sound is None]:
            if now >= span_of(airing)[1] or airing["airing"] not in {
                one["airing"] for one in merged(self.plans.values(), now)
            }:
                self.close(airing, "finished" if now >= span_of(airing)[1] else "stopped")
        if due is not None and self.sound is None and due["airing"] not in self.finished:
            offset_ms, is_pause = place_of(due, now, self.manifests[due["recording"]]["duration_ms"])
            if is_pause:
                return
            offset_ms = 0 if due["airing"] not in self.begun and offset_ms < 50 else offset_ms
            true_now = datetime.now(UTC)
            self.sound = (due, now, Played(
                due["airing"], due["recording"], self.whole[due["recording"]],
                read_instant(due["starts_at"]), true_now, offset_ms, 0, due["volume"], "",
            ))  # fmt: skip
            self.begun.add(due["airing"])
            if self.between.pop(due["airing"], None) is None:
                self.tell(due, "started", offset_ms=offset_ms)

    def end_sound(self, kind, reason):
        airing, began, played = self.sound
        self.sound = None
        played.heard_ms = int((self.now() - began) / timedelta(milliseconds=1))
        played.why = kind
        self.report.played.append(played)
        self.heard_ms[airing["airing"]] += played.heard_ms
        if kind == "round":
            self.between[airing["airing"]] = airing
        else:
            self.close(airing, kind, played.offset_ms + played.heard_ms, reason)

    def close(self, airing, kind, offset_ms=0, reason=None):
        self.between.pop(airing["airing"], None)
        if kind == "finished":
            self.finished.add(airing["airing"])
        heard_ms = self.heard_ms[airing["airing"]]
        self.tell(airing, kind, offset_ms=offset_ms, heard_ms=heard_ms, reason=reason)

    # -- connection

    def state(self, *, online):
        at = write_instant(self.now()) if online else None
        told = {"node": self.node, "session": self.session, "online": online, "at": at}
        return told | {"software": "stranger 1"}

    @property
    def filters(self):
        lasts = ("receipt-committed", "chunk/+/+", "place")
        filters = ["loa/v1/roots", f"loa/v1/plan/{self.node}", f"loa/v1/time/{self.node}/reply"]
        filters += [f"loa/v1/node/{self.node}/{last}" for last in lasts]
        return filters + [
            f"loa/v1/{kind}/{area}" for area in self.areas for kind in ("keys", "plan", "policy")
        ]

    def on_connect(self, client, _userdata, _flags, _code, _properties):
        self.is_connected = True
        filters = list(self.filters)
        for recording in self.want_at.keys() - self.whole.keys():
            filters += [f"loa/v1/recording/{recording}/{last}" for last in ("manifest", "chunk/+")]
        client.subscribe([(name, 1) for name in filters])
        self.publish(f"loa/v1/node/{self.node}/state", self.state(online=True), retain=True)
        began = time.monotonic()
        self.ask_at = [began + 0.3 * n for n in range(8)] + [began + 20.0 * n for n in range(1, 100)]
        self.send_at = 0.0

    def connect(self):
        self.session += 1
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=self.node, protocol=self.protocol
        )
        self.client.on_connect, self.client.on_message = self.on_connect, self.on_message
        if self.url.username:
            self.client.username_pw_set(self.url.username, self.url.password)
        self.client.will_set(f"loa/v1/node/{self.node}/state", json.dumps(self.state(online=False)), 1, True)
        host, port = self.url.hostname, self.url.port or 1883
        if self.protocol == paho.MQTTProtocolVersion.MQTTv311:
            self.client.connect(host, port, 60)
            return
        properties = Properties(PacketTypes.CONNECT)
        properties.ReceiveMaximum = 8
        self.client.connect(host, port, 60, clean_start=True, properties=properties)

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


def run(
    url,
    root_public,
    node_id,
    areas,
    until,
    *,
    key,
    clock_error_s=0.0,
    protocol=paho.MQTTProtocolVersion.MQTTv5,
    is_enough=has_finished_and_told,
):
    """Be a node until enough was done, or until the instant `until`; return a StrangerReport.

    `key`: the 32 bytes of its private key. `protocol`: MQTT 5, or 3.1.1.
    """
    said = {"clock_error_s": clock_error_s, "key": key, "protocol": protocol}
    return Stranger(url, root_public, node_id, areas, **said).run(until, is_enough)
