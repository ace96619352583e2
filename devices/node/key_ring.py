"""The root keys that a node goes by, and the key sets of its areas; docs/protocol.md, "Roots" and "Keys"."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from devices import topics
from devices.ids import AreaCode
from devices.node.effects import DropDocument, Effect, SaveDocument, Subscribe
from devices.not_trusted import Expired, FarVersion, NotTrusted, OutsideScope, UnknownKey
from devices.roots import FORMER_ROOTS_COUNT, Roots, follow, read_chain
from devices.signing import TrustedKeys, read_key_set
from devices.statements import KeySet

ROOTS = "roots"
"""Name of the document that holds the chain of root sets."""
KEYS = "keys/"
"""Name prefix of the documents that hold key sets; an area follows."""
MOST_AHEAD = timedelta(days=1)
"""A version further ahead of the present (it is the time in ms) would keep all true ones out for good."""


class KeyRing:
    """Root sets since the pinned key, and a key set of each area, signed by the newest of them."""

    def __init__(self, root_public: str, province: AreaCode) -> None:
        self._province = province
        self._chain = [Roots.pinned(root_public)]
        self._sets: dict[AreaCode, tuple[KeySet, bytes]] = {}
        self._former: set[AreaCode] = set()
        """Areas whose set the roots before signed: it counts for some days, and any new one replaces it."""
        self.trusted: TrustedKeys | None = None
        """The keys of all sets; None before the first."""

    @property
    def roots(self) -> Roots:
        """Return the root keys that sign key sets now."""
        return self._chain[-1]

    def version_of(self, area: AreaCode) -> int:
        """Return the version of the set that is held; 0: none, or one that the roots before signed."""
        return self._sets[area][0].version if area in self._sets and area not in self._former else 0

    def lacks(self, area: AreaCode, newest: int) -> bool:
        """Return whether the newest set of an area, of which the version is known, is not the one held.

        A set that the roots before signed is no older or newer than those of the new roots: only the very
        version that it has is held.
        """
        if area not in self._sets:
            return True
        held = self._sets[area][0].version
        return newest != held if area in self._former else newest > held

    def restore(self, documents: Mapping[str, bytes]) -> list[NotTrusted]:
        """Load the stored roots and sets, whatever their lifetime; return why any was not taken."""
        faults: list[NotTrusted] = []
        if ROOTS in documents:
            try:
                self._chain = follow(self._chain[0], read_chain(documents[ROOTS]))
            except NotTrusted as reason:
                faults.append(reason)
        for name, text in documents.items():
            if name.startswith(KEYS):
                self._restore_set(AreaCode(name.removeprefix(KEYS)), text, faults)
        self._trust()
        return faults

    def _restore_set(self, area: AreaCode, text: bytes, faults: list[NotTrusted]) -> None:
        for roots in reversed(self._chain):
            try:
                self._sets[area] = (self._read_by(roots, area, text, None), text)
            except NotTrusted as reason:
                fault = reason
                continue
            if roots is not self.roots:
                self._former.add(area)
            return
        faults.append(fault)

    def read(self, area: AreaCode, text: bytes, now: datetime | None) -> KeySet:
        """Return a good key set of an area; `now` None: lifetime and version are not judged."""
        return self._read_by(self.roots, area, text, now)

    def _read_by(self, roots: Roots, area: AreaCode, text: bytes, now: datetime | None) -> KeySet:
        key_set = read_key_set(text, roots, now)
        if (key_set.area or self._province) != area:
            raise OutsideScope("the key set is of another area")
        if roots.expires_at is not None and key_set.issued_at >= roots.expires_at:
            raise Expired("the root set was over when it signed")
        check_version(key_set.version, now)
        return key_set

    def take(self, area: AreaCode, key_set: KeySet, text: bytes) -> list[Effect]:
        """Hold a set that `read` returned in place of the one before."""
        self._sets[area] = (key_set, text)
        self._former.discard(area)
        self._trust()
        return [SaveDocument(KEYS + area, text)]

    def take_roots(self, payload: bytes) -> list[Effect]:
        """Follow the chain of roots if it goes on from what this node knows; raise NotTrusted."""
        chain = follow(self._chain[0], read_chain(payload))
        shared = min(len(chain), len(self._chain))
        if chain[:shared] != self._chain[:shared]:
            raise UnknownKey("another chain of roots than this node followed")
        if len(chain) <= len(self._chain):
            return []
        self._chain = chain
        for area, (_, text) in self._sets.items():
            try:
                self.read(area, text, None)
            except NotTrusted:
                self._former.add(area)
        self._trust()
        return [SaveDocument(ROOTS, payload)]

    def drop_far(self, now: datetime) -> list[Effect]:
        """Treat sets from the far future, taken before the time was known, as if they had never come."""
        far = [area for area, (key_set, _) in self._sets.items() if is_far(key_set.version, now)]
        return [*self.leave(far), Subscribe(tuple(map(topics.keys, sorted(far))))] if far else []

    def leave(self, areas: Collection[AreaCode]) -> list[Effect]:
        """Forget the sets of areas."""
        gone = [area for area in areas if self._sets.pop(area, None) is not None]
        self._trust()
        return [DropDocument(KEYS + area) for area in gone]

    def _trust(self) -> None:
        self.trusted = TrustedKeys.of(*map(self._counting, self._sets)) if self._sets else None

    def _counting(self, area: AreaCode) -> KeySet:
        key_set, _ = self._sets[area]
        if area not in self._former or self.roots.issued_at is None:
            return key_set
        until = min(key_set.expires_at, self.roots.issued_at + FORMER_ROOTS_COUNT)
        return key_set.model_copy(update={"expires_at": until})


def check_version(version: int, now: datetime | None) -> None:
    """Raise FarVersion for a version, a time in ms, that lies too far ahead."""
    if now is not None and is_far(version, now):
        raise FarVersion(f"version {version} is more than {MOST_AHEAD} ahead")


def is_far(version: int, now: datetime) -> bool:
    """Return whether a version lies further ahead than any true one."""
    return version > (now + MOST_AHEAD).timestamp() * 1000
