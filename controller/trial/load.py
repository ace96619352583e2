"""The nodes of `loa bench ingest` in their own process: vitals and receipts, as nodes send them.

Run as `python -m controller.trial.load`: it reads one JSON object from standard input and prints one when it
is done. A receipt is repeated until it is acknowledged, as docs/protocol.md says. It uses its own MQTT client
(`bare_mqtt`), so that it leaves the processor to the station.
"""

import json
import os
import select
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Final

from controller.trial.bare_mqtt import BareClient
from controller.trial.percentiles import spread
from devices import topics
from devices.ids import NodeId
from devices.jose import read_payload
from devices.messages import MOST_RECEIPTS, Vitals
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE, encoded, header_of, read_receipt, receipt_id
from devices.wire_types import parse

CLIENTS: Final = 20
"""Connections shared by the nodes: each has its own window at the broker."""
MOST_AT_BROKER: Final = 90
"""Messages of QoS 1 of one connection that the broker has not acknowledged; its limit is a hundred."""
FIRST_REPEAT, LAST_REPEAT = 5.0, 60.0
VITALS_A_RECEIPT: Final = 2
TAKEN: Final = "bench/taken"
"""Topic on which the reference subscriber reports how many messages it received."""
_KINDS = ("fetched", "started", "finished")
_TURN_S: Final = 0.005
_MOST_A_TURN: Final = 200


@dataclass(slots=True)
class _Node:
    name: str
    number: int
    client: BareClient
    key: NodeKey
    said: int = 0
    newest: str = NOTHING_BEFORE
    """The id of its last receipt."""
    last_at: float = 0.0
    open: dict[str, str] = field(default_factory=dict)
    """Receipts that were not acknowledged, as they were sent."""
    wait: float = FIRST_REPEAT


@dataclass
class Load:
    """What is sent, acknowledged, and still open; `window`: receipts (reference: messages) open."""

    asked: dict[str, Any]
    nodes: list[_Node] = field(default_factory=list)
    vitals: int = 0
    receipts: int = 0
    repeated: int = 0
    open: int = 0
    taken: int = 0
    acknowledged: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    """From the first sending of a receipt to its acknowledgement, seconds."""
    _sent_at: dict[str, float] = field(default_factory=dict)
    _repeats: list[tuple[float, int]] = field(default_factory=list)
    _turn: int = 0
    _clients: dict[int, BareClient] = field(default_factory=dict)
    _by_topic: dict[bytes, _Node] = field(default_factory=dict)

    @property
    def _vitals(self) -> int:
        """Return how many vitals are sent with each receipt."""
        return int(self.asked.get("vitals", VITALS_A_RECEIPT))

    def connect(self) -> None:
        """Connect all; each connection receives the acknowledgements of its nodes."""
        names = self.asked["nodes"]
        count = min(CLIENTS, len(names))
        for n in range(count):
            client = BareClient("127.0.0.1", self.asked["port"], f"load-{n}", self._told)
            own = [topics.receipt_committed(NodeId(name)) for name in names[n::count]]
            client.connect([*own, TAKEN] if n == 0 else own)
            self._clients[client.socket.fileno()] = client
        clients = list(self._clients.values())
        seed = bytes.fromhex(self.asked["key_seed"])
        self.nodes = [
            _Node(name, n, clients[n % count], NodeKey.derived(seed, name), *self._said_before(name))
            for n, name in enumerate(names)
        ]
        self._by_topic = {topics.receipt_committed(NodeId(one.name)).encode(): one for one in self.nodes}

    def _said_before(self, name: str) -> tuple[int, str]:
        """Return how many receipts the node's key has signed in an earlier run, and the id of the last."""
        said, newest = self.asked.get("chains", {}).get(name, (0, NOTHING_BEFORE))
        return int(said), str(newest)

    def run(self) -> dict[str, Any]:
        """Send for some seconds; return the figures of the time after `warm` seconds, and of the whole."""
        began = time.monotonic()
        warm, seconds = self.asked["warm"], self.asked["seconds"]
        before: tuple[float, int, int] | None = None
        while (now := time.monotonic()) < began + warm + seconds:
            if before is None and now >= began + warm:
                before = (now, len(self.acknowledged), self.taken)
            self._send_due(now, now - began)
            self._pump(_TURN_S)
        assert before is not None
        span = now - before[0]
        sent = {"vitals": self.vitals, "receipts": self.receipts, "sent_seconds": round(now - began, 2)}
        rate = (len(self.acknowledged) - before[1]) * (1 + self._vitals) / span
        self._drain(now + self.asked["drain"])
        return {
            **sent,
            "messages_per_second": round(rate),
            "taken_per_second": round((self.taken - before[2]) / span),
            "repeated": self.repeated,
            "unacknowledged": sum(len(node.open) for node in self.nodes),
            "ack_ms": spread([1000 * one for one in self.delays]),
            "chains": {node.name: (node.said, node.newest) for node in self.nodes},
        }

    # --- sending

    def _send_due(self, now: float, passed: float) -> None:
        """Send a receipt and its vitals for each step that is due: by rate, or as the window allows."""
        rate, window = self.asked["rate"], self.asked["window"]
        for _ in range(_MOST_A_TURN):
            if rate and self.receipts >= passed * rate:
                break
            if self._open() >= window or self.nodes[self._turn].last_at > now - self.asked["apart"]:
                break
            node = self.nodes[self._turn]
            if node.client.unacknowledged >= MOST_AT_BROKER:
                break
            self._turn = (self._turn + 1) % len(self.nodes)
            node.last_at = now
            self._say_receipt(node, now)
            for n in range(self._vitals):  # of other nodes, so that all nodes send equally often
                step = len(self.nodes) * n // self._vitals
                self._say_vitals(self.nodes[(self._turn + step) % len(self.nodes)])
        while self._repeats and self._repeats[0][0] <= now:
            self._repeat(self.nodes[heappop(self._repeats)[1]], now)

    def _open(self) -> int:
        """Return the number of receipts in flight (the reference counts them with their vitals)."""
        if self.asked["reference"]:
            return (self.vitals + self.receipts - self.taken) // (1 + self._vitals)
        return self.open

    def _say_vitals(self, node: _Node) -> None:
        self.vitals += 1
        node.client.send(f"loa/v1/node/{node.name}/vitals".encode(), vitals_of(node.name, self.vitals), 0)

    def _say_receipt(self, node: _Node, now: float) -> None:
        self.receipts += 1
        airing = self.asked["airings"][node.said // len(_KINDS) % len(self.asked["airings"])]
        text = receipt_of(node.key, node.name, (node.said + 1, node.newest), airing, _KINDS[node.said % 3])
        name = node.newest = receipt_id(text)
        node.said += 1
        if not self.asked["reference"]:
            if not node.open:
                heappush(self._repeats, (now + node.wait, node.number))
            node.open[name] = text
            self.open += 1
            self._sent_at[name] = now
        self._send_receipts(node, [text])

    def _repeat(self, node: _Node, now: float) -> None:
        """Send everything open again, if the oldest has waited long enough."""
        if not node.open:
            node.wait = FIRST_REPEAT
            return
        due = self._sent_at[next(iter(node.open))] + node.wait
        if due > now:
            heappush(self._repeats, (due, node.number))
            return
        node.wait = min(node.wait * 2, LAST_REPEAT)
        heappush(self._repeats, (now + node.wait, node.number))
        self.repeated += len(node.open)
        self._send_receipts(node, list(node.open.values())[:MOST_RECEIPTS])

    def _send_receipts(self, node: _Node, receipts: list[str]) -> None:
        told = ",".join(f'"{text}"' for text in receipts)
        payload = f'{{"node":"{node.name}","session":1,"receipts":[{told}]}}'
        node.client.send(f"loa/v1/node/{node.name}/receipt".encode(), payload.encode(), 1)

    # --- receiving

    def _told(self, topic: bytes, payload: bytes) -> None:
        node = self._by_topic.get(topic)
        if node is None:
            self.taken = int(payload)
            return
        now = time.monotonic()
        for name in read_payload(payload.decode())["ids"]:
            if node.open.pop(name, None) is not None:
                self.open -= 1
                self.acknowledged.append(name)
                self.delays.append(now - self._sent_at.pop(name))
        node.wait = FIRST_REPEAT

    def _pump(self, wait: float) -> None:
        stuck = [one for one, client in self._clients.items() if client.is_stuck]
        for client in self._clients.values():
            client.flush()
        readable, _, _ = select.select(list(self._clients), stuck, [], wait)
        for one in readable:
            self._clients[one].take()

    def _drain(self, until: float) -> None:
        """Repeat what is not acknowledged, as nodes do, until all is."""
        while time.monotonic() < until and (self.open or any(one.is_stuck for one in self._clients.values())):
            now = time.monotonic()
            while self._repeats and self._repeats[0][0] <= now:
                self._repeat(self.nodes[heappop(self._repeats)[1]], now)
            self._pump(_TURN_S)


def vitals_of(node: str, n: int) -> bytes:
    """Return vitals as a node writes them."""
    return (
        f'{{"node":"{node}","session":1,"at":"{_instant()}","clock_offset_ms":{n % 7}.25,'
        f'"clock_error_ms":0.8,"volume":70,"storage_free":{1_000_000_000 + n},"sounding":null,'
        f'"signal_dbm":-71.5,"temperature_c":{30 + n % 9}.5,"chunks_refused":0,"battery_percent":99.0,'
        f'"mains":true,"amplifier_ok":true,"level_dbfs":-18.5}}'
    ).encode()


def receipt_of(key: NodeKey, node: str, place: tuple[int, str], airing: dict[str, str], kind: str) -> str:
    """Return one receipt as a node writes and signs it; `place`: its number, and the id of the one before."""
    heard, volume = 5_000 if kind == "finished" else 0, "null" if kind == "fetched" else 70
    payload = (
        f'{{"node":"{node}","seq":{place[0]},"previous":"{place[1]}",'
        f'"airing":"{airing["airing"]}","recording":"{airing["recording"]}","kind":"{kind}",'
        f'"at":"{_instant()}","offset_ms":0,"heard_ms":{heard},"clock_error_ms":0.8,"volume":{volume},'
        '"level_dbfs":null,"reason":null}'
    )
    signed = f"{header_of(key.kid)}.{encoded(payload.encode())}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


def _instant() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main() -> None:
    """Run the load that standard input describes."""
    asked = json.loads(sys.stdin.buffer.readline())
    os.nice(asked.get("nice", 0))
    parse(Vitals, vitals_of(asked["nodes"][0], 1))  # fails early if the station would refuse it
    key, node = NodeKey.derived(bytes.fromhex(asked["key_seed"]), asked["nodes"][0]), asked["nodes"][0]
    read_receipt(receipt_of(key, node, (1, NOTHING_BEFORE), asked["airings"][0], _KINDS[0]), node, key.public)
    load = Load(asked)
    load.connect()
    figures = load.run()
    Path(asked["acknowledged"]).write_text("\n".join(load.acknowledged), "ascii")
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
