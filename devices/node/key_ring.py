"""The key sets that a node holds, one of each of its areas; docs/protocol.md, "Keys"."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from devices.ids import AreaCode
from devices.node.effects import DropDocument, Effect, SaveDocument
from devices.not_trusted import FarVersion, NotTrusted, OutsideScope
from devices.signing import TrustedKeys, read_key_set
from devices.statements import KeySet

KEYS = "keys/"
"""Name prefix of the documents; an area follows."""
MOST_AHEAD = timedelta(days=1)
"""A version further ahead of the present (it is the time in ms) would keep all true ones out for good."""


class KeyRing:
    """Key sets by area, each signed by the root, newer than the one before."""

    def __init__(self, root_public: str, province: AreaCode) -> None:
        self._root_public = root_public
        self._province = province
        self._sets: dict[AreaCode, KeySet] = {}
        self.trusted: TrustedKeys | None = None
        """The keys of all sets; None before the first."""

    def version_of(self, area: AreaCode) -> int:
        """Return the version of the set that is held; 0: none."""
        return self._sets[area].version if area in self._sets else 0

    def restore(self, documents: Mapping[str, bytes]) -> list[NotTrusted]:
        """Load the stored sets, whatever their lifetime; return why any was not taken."""
        faults = []
        for name, text in documents.items():
            if name.startswith(KEYS):
                area = AreaCode(name.removeprefix(KEYS))
                try:
                    self._sets[area] = self.read(area, text, None)
                except NotTrusted as reason:
                    faults.append(reason)
        self._trust()
        return faults

    def read(self, area: AreaCode, text: bytes, now: datetime | None) -> KeySet:
        """Return a good key set of an area; `now` None: lifetime and version are not judged."""
        key_set = read_key_set(text, self._root_public, now)
        if (key_set.area or self._province) != area:
            raise OutsideScope("the key set is of another area")
        check_version(key_set.version, now)
        return key_set

    def take(self, area: AreaCode, key_set: KeySet, text: bytes) -> list[Effect]:
        """Hold a set that `read` returned in place of the one before."""
        self._sets[area] = key_set
        self._trust()
        return [SaveDocument(KEYS + area, text)]

    def leave(self, areas: Collection[AreaCode]) -> list[Effect]:
        """Forget the sets of areas in which the node stands no more."""
        gone = [area for area in areas if self._sets.pop(area, None) is not None]
        self._trust()
        return [DropDocument(KEYS + area) for area in gone]

    def _trust(self) -> None:
        self.trusted = TrustedKeys.of(*self._sets.values()) if self._sets else None


def check_version(version: int, now: datetime | None) -> None:
    """Raise FarVersion for a version, a time in ms, that lies too far ahead."""
    if now is not None and version > (now + MOST_AHEAD).timestamp() * 1000:
        raise FarVersion(f"version {version} is more than {MOST_AHEAD} ahead")
