"""What the station says is the newest of keys and policies, and who leads; docs/protocol.md, "Withheld"."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ValidationError

from devices import topics
from devices.ids import AreaCode, KeyId
from devices.messages import TimeReply
from devices.node.effects import Effect, SaveDocument, Subscribe
from devices.node.exchanges import instant
from devices.node.key_ring import KEYS, KeyRing, check_version, is_far
from devices.not_trusted import FormerLeader
from devices.statements import Policy

ANNOUNCED = "announced"
"""Name of the document that keeps it over a power cut."""
POLICY = "policy/"
PLACE = "place"
"""What vitals call the place of this node; key sets and policies have an area behind them."""
PATIENCE = timedelta(seconds=10)
"""A document and the reply that names it may come by different ways: so much later it is asked for again."""
ASKED_EVERY = timedelta(minutes=5)
MOST_WITHHELD = timedelta(hours=1)
"""Without a document that the station has, a node then begins nothing but emergencies: what is missing may be
a revocation, or a limit. An hour is longer than a broker takes to deliver anything."""
MOST_WITHHELD_OF_ALARMS = timedelta(days=1)
"""Without a key set, or the place that says whose count here, a node then sounds no emergency either: a
stolen key signs for no longer."""


class _Missing(BaseModel):
    version: int
    since: datetime


class _Stored(BaseModel):
    missing: dict[str, _Missing] = {}
    epochs: dict[KeyId, int] = {}


class Announced:
    """Compares what the station has with what this node holds; remembers the highest epoch of each key."""

    def __init__(self, ring: KeyRing, policies: Mapping[AreaCode, Policy]) -> None:
        self._ring = ring
        self._policies = policies
        self.place_version = 0
        """Of the place that is held; 0: it stands where it was enrolled."""
        self._stored = _Stored()
        self._asked_at: datetime | None = None
        self._is_saved = True

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Load what was saved: a power cut, by accident or by an attacker, does not start the wait anew."""
        try:
            self._stored = _Stored.model_validate_json(documents.get(ANNOUNCED, b"{}"))
        except ValidationError:
            self._stored = _Stored()  # an incomplete document

    def save(self) -> list[SaveDocument]:
        """Return the save that is due, if any."""
        if self._is_saved:
            return []
        self._is_saved = True
        return [SaveDocument(ANNOUNCED, self._stored.model_dump_json().encode())]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of documents that the station has newer than this node."""
        return tuple(sorted(self._stored.missing))

    def take(self, reply: TimeReply, areas: Collection[AreaCode]) -> list[Effect]:
        """Note the versions that a good reply states; return what to subscribe to anew."""
        now = instant(reply.replied_us)
        named = {KEYS + area: version for area, version in reply.keys.items() if area in areas}
        named |= {POLICY + area: version for area, version in reply.policies.items() if area in areas}
        named |= {} if reply.place is None else {PLACE: reply.place}
        before = self._stored.missing
        missing = {
            name: _Missing(version=version, since=min(before[name].since, now) if name in before else now)
            for name, version in named.items()
            if self._lacks(name, version) and not is_far(version, now)
        }
        if missing != before:
            self._stored.missing, self._is_saved = missing, False
        due = [name for name, one in missing.items() if now - one.since >= PATIENCE]
        if not due or (self._asked_at is not None and timedelta() <= now - self._asked_at < ASKED_EVERY):
            return []
        self._asked_at = now
        of_place = topics.place(reply.node)
        asked = (of_place if name == PLACE else f"{topics.ROOT}/{name}" for name in due)
        return [Subscribe(tuple(sorted(asked)))]

    def settle(self) -> None:
        """Note that a document came."""
        left = {name: one for name, one in self._stored.missing.items() if self._lacks(name, one.version)}
        if left != self._stored.missing:
            self._stored.missing, self._is_saved = left, False

    def leave(self, area: str) -> None:
        """Forget what is missing of an area in which the node stands no more."""
        left = {name: one for name, one in self._stored.missing.items() if name.partition("/")[2] != area}
        if left != self._stored.missing:
            self._stored.missing, self._is_saved = left, False

    def _lacks(self, name: str, newest: int) -> bool:
        """Return whether this node has not the newest of a document."""
        if name == PLACE:
            return newest > self.place_version
        kind, _, area = name.partition("/")
        if f"{kind}/" == KEYS:
            return self._ring.lacks(AreaCode(area), newest)
        policy = self._policies.get(AreaCode(area))
        return policy is None or newest > policy.version

    def is_withheld(self, now: datetime) -> bool:
        """Return whether something has been missing for so long that nothing but emergencies may begin."""
        return any(now - one.since > MOST_WITHHELD for one in self._stored.missing.values())

    def are_keys_withheld(self, now: datetime) -> bool:
        """Return whether keys have been missing for so long that no emergency may sound.

        A node that was moved and does not know it lacks those of its new areas, and hears no more of its own.
        """
        return any(
            now - one.since > MOST_WITHHELD_OF_ALARMS
            for name, one in self._stored.missing.items()
            if name.startswith(KEYS) or name == PLACE
        )

    def follow(self, epoch: int, kid: KeyId, trusted: Collection[KeyId], now: datetime) -> None:
        """Note the epoch of a signed message; raise FormerLeader below the highest that a trusted key signed.

        What a key said that is no longer trusted is forgotten: a stolen key has no effect after its end.
        """
        check_version(epoch, now)
        epochs = {known: one for known, one in self._stored.epochs.items() if known in trusted}
        if epoch < max(epochs.values(), default=0):
            raise FormerLeader(f"epoch {epoch}: another station leads since")
        if epoch > epochs.get(kid, 0):
            epochs[kid] = epoch
        if epochs != self._stored.epochs:
            self._stored.epochs, self._is_saved = epochs, False
