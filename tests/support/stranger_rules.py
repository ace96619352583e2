"""Rules of docs/protocol.md about signed messages and about what sounds, for the independent node."""

import base64
import binascii
import hashlib
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EMERGENCY_FLOOR = 20
WALL_TIME = timezone(timedelta(hours=7))
RANKS = {"routine": 0, "priority": 1, "emergency": 2}
ON_THE_MINUTE_US = 10_000_000
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


ROLES = {
    "loa-plan": "station",
    "loa-manifest": "station",
    "loa-time": "station",
    "loa-committed": "station",
    "loa-policy": "administrator",
    "loa-place": "administrator",
    "loa-approval": "approver",
    "loa-call": "approver caller",
}


class Refused(Exception):  # noqa: N818 - the page's word
    """A message that must not be acted upon; its text is the reason code."""


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


LONGEST_APPROVAL = timedelta(days=186)


def approval_of(airing, plans):
    """The signed text that an airing names by its digest, from any plan."""
    for plan in plans.values():
        for text in plan.get("approvals", ()):
            if hashlib.sha256(text.encode()).hexdigest() == airing["approval"]:
                return text
    raise Refused("wrong-approval")


def check_scope(approval, key, airing, areas, now):
    """Refuse what the approval does not allow here; an entry of `keep` has neither grade nor start."""
    if (approval["recording"], approval.get("test", False)) != (
        airing["recording"],
        airing.get("test", False),
    ):
        raise Refused("wrong-approval")
    ends = min(read_instant(approval["expires_at"]), read_instant(approval["valid_from"]) + LONGEST_APPROVAL)
    if now >= ends:
        raise Refused("expired")
    signs_here = {key["area"], *key.get("further_areas", ())} & set(areas)
    is_inside = signs_here and set(approval["areas"]) & set(areas)
    is_inside = is_inside and approval["approver"] == key["holder"] != approval["author"]
    if is_inside and "grade" in airing:
        starts_at = read_instant(airing["starts_at"])
        is_inside = RANKS[airing["grade"]] <= RANKS[approval["grade"]]
        is_inside = is_inside and read_instant(approval["valid_from"]) <= starts_at < ends
    if not is_inside:
        raise Refused("outside-scope")


class StrangerClock:
    """The node's own clock, and the station's time as far as it is known."""

    def __init__(self, error_s):
        self.error_s, self.exchanges, self.least_offset_us = error_s, [], None

    def own_us(self):
        return int((time.time() + self.error_s) * 1e6)

    @property
    def best(self):
        return min(self.exchanges[-8:], default=None)

    def now(self):
        """Station time; before the first exchange, what it is at least."""
        offset = self.best[1] if self.best else self.least_offset_us or 0
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.own_us() + offset)

    def at_least(self, document):
        offset = int(read_instant(document["issued_at"]).timestamp() * 1e6) - self.own_us()
        self.least_offset_us = max(offset, self.least_offset_us or offset)

    def is_trusted(self):
        return self.best is not None and self.best[0] / 2 <= ON_THE_MINUTE_US


def merged(plans, now):
    airings = {}
    for plan in sorted(plans, key=lambda plan: (plan["version"], plan["target"])):
        if read_instant(plan["expires_at"]) > now:
            airings.update({airing["airing"]: airing for airing in plan["airings"]})
    return list(airings.values())


def span_of(airing):
    begins = read_instant(airing["starts_at"])
    return begins, begins + timedelta(milliseconds=airing["duration_ms"])


def to_keep(plans):
    """Everything that any held plan has kept, expired or not, as an airing that never comes."""
    entries = {one["name"]: one for plan in plans for one in plan.get("keep", ())}
    return [one | {"airing": name} for name, one in entries.items()]


def has_next_round(airing, began):
    begins, ends = span_of(airing)
    if not airing.get("every_ms"):
        return False
    every = timedelta(milliseconds=airing["every_ms"])
    # A start that the clock puts slightly early belongs to the nearest round.
    return begins + ((began - begins + every / 4) // every + 1) * every < ends


def place_of(airing, now, length_ms):
    """Return the place in the recording, ms, and whether this instant is a pause (or as good as one)."""
    place = int((now - read_instant(airing["starts_at"])) / timedelta(milliseconds=1))
    if not airing.get("every_ms"):
        return place, False
    place %= airing["every_ms"]
    return place, place > length_ms - 1000


def is_silenced(policy, airings, now):
    wall = now.astimezone(WALL_TIME)
    minute = wall.strftime("%H:%M")
    for quiet in policy["quiet_hours"]:
        begins, ends = quiet["begins"], quiet["ends"]
        if (begins <= minute < ends) if begins < ends else (minute >= begins or minute < ends):
            return True
    if policy["minutes_a_day"] >= 1440:
        return False
    midnight = datetime.combine(wall.date(), datetime.min.time(), WALL_TIME).astimezone(UTC)
    # Add up, between all bounds of today until now, the pieces in which something is due but no emergency.
    spans = [(*span_of(airing), airing["grade"] == "emergency") for airing in airings]
    bounds = sorted({midnight, now, *(at for one in spans for at in one[:2] if midnight < at < now)})
    used = timedelta()
    for begins, ends in pairwise(bounds):
        due = [emergency for since, until, emergency in spans if since <= begins < until]
        if due and not any(due):
            used += ends - begins
    return used >= timedelta(minutes=policy["minutes_a_day"])


def loudest_of(policy, airing):
    """The lowest cap at any instant of the airing: looked up at its start, and at each full minute of it."""
    begins, ends = span_of(airing)
    caps, at = [policy["loudest_volume"]], begins
    while at < ends:
        minute = at.astimezone(WALL_TIME).strftime("%H:%M")
        for hours in policy.get("volumes", ()):
            since, until = hours["begins"], hours["ends"]
            if (since <= minute < until) if since < until else (minute >= since or minute < until):
                caps.append(hours["loudest_volume"])
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return min(caps)


def what_sounds(plans, policies, now, playable=lambda _: True, refused=lambda _: False):
    """The page's question, answered by its six steps; an airing that cannot be played leaves its place.

    One that is refused is left out altogether: it uses up no minutes.
    """
    airings = [one for one in merged(plans, now) if not refused(one)]
    due = [one for one in airings if span_of(one)[0] <= now < span_of(one)[1] and playable(one)]
    if not due:
        return None
    first = min(due, key=lambda one: (-RANKS[one["grade"]], span_of(one)[0], one["airing"].encode()))
    if first["grade"] != "emergency" and any(is_silenced(policy, airings, now) for policy in policies):
        return None
    caps = [loudest_of(policy, first) for policy in policies]
    volume = min([first["volume"], *caps, *(plan.get("loudest_volume", 100) for plan in plans)])
    if first["grade"] == "emergency":
        volume = max(volume, EMERGENCY_FLOOR)
    return first | {"volume": volume}


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


def bitmap_of(count, have):
    """Return the bitmap of chunks that are missing, in base64."""
    bitmap = bytearray((count + 7) // 8)
    for n in range(count):
        if n not in have:
            bitmap[n // 8] |= 1 << (n % 8)
    return base64.b64encode(bitmap).decode()


def signed_receipt(receipt, key):
    """Return a receipt as a JWS of the node's own key."""

    def encode(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    public = encode(key.public_key().public_bytes_raw())
    kid = f"node-{hashlib.sha256(public.encode()).hexdigest()[:16]}"
    header = {"typ": "loa-receipt", "alg": "Ed25519", "kid": kid}
    text = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(receipt).encode())}"
    return f"{text}.{encode(key.sign(text.encode()))}"


def count_of(manifest):
    """How many chunks a recording has."""
    return -(-manifest["size"] // manifest["chunk_size"])


def proven_chunk(manifest, n, payload):
    """The bytes of chunk n without its proof, or None: by folding the proof up to the root."""
    count = count_of(manifest)
    if not 0 <= n < count:
        return None
    length = min(manifest["chunk_size"], manifest["size"] - n * manifest["chunk_size"])
    data, proof = payload[:length], payload[length:]
    at, last = n, count - 1
    found = hashlib.sha256(b"\x00" + hashlib.sha256(data).digest()).digest()
    while last:
        if at % 2 or at < last:
            other, proof = proof[:32], proof[32:]
            pair = other + found if at % 2 else found + other
            found = hashlib.sha256(b"\x01" + pair).digest()
        at, last = at // 2, last // 2
    return data if found.hex() == manifest["root"] and not proof and len(data) == length else None
