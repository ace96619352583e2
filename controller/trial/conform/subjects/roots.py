"""Roots: a successor counts that the root before it signed, and no other; the kit's own signs on then."""

from collections.abc import Sequence

from controller.trial.conform.areas import PROVINCE
from controller.trial.conform.checks import Check
from controller.trial.conform.groups import CheckGroup
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.signers import YEAR, root_key
from controller.trial.conform.station import whole_ms
from controller.trial.conform.subjects.keys import counts, intruder
from devices import topics
from devices.jose import SigningKey, joined
from devices.roots import TYP, RootChain, RootHolder, RootSet
from devices.wire_types import SignedTogether

_UNSIGNED = Check("ROO-01", "A root set that the root before did not sign is refused.")
_ALONE = Check("ROO-02", "A root set that its own holders did not sign is refused.")
_SKIPPED = Check("ROO-03", "A root set whose version is not the one after is refused.")
_SUCCESSOR = Check("ROO-04", "A successor that both signed counts: its key sets are taken.")
_GOES_ON = Check("ROO-05", "Key sets of the root before go on until newer ones come.")
_SHORTER = Check("ROO-06", "A chain that is shorter, or that leaves the one followed, is refused.")
_FORMER = Check("ROO-07", "A key that the newest root set does not name signs no key sets any more.")
SETTLE_S = 0.5


class _Founder:
    """Makes root sets that follow each other from the kit's root."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._names: dict[str, str] = {}

    def root_set(
        self, holders: Sequence[SigningKey], signers: Sequence[SigningKey], version: int
    ) -> SignedTogether:
        """Return a set of these keys, signed by those."""
        now = whole_ms(self._lab.now())
        root_set = RootSet(
            version=version,
            issued_at=now,
            expires_at=now + 10 * YEAR,
            threshold=1,
            holders=tuple(RootHolder.of(f"kit-{key.kid}", key.public_x) for key in holders),
        )
        return joined([key.sign_bytes(root_set.payload(), TYP) for key in signers])

    def publish(self, *sets: SignedTogether, retain: bool = False) -> None:
        """Publish a chain."""
        chain = RootChain(sets=tuple(sets))
        self._lab.bench.send(topics.ROOTS, chain.payload(), 1, retain)
        self._lab.pause(SETTLE_S)


def _trusts(lab: Laboratory, root: SigningKey) -> bool:
    """Return whether a key counts that a key set by a root brings beside all others."""
    key, good = intruder(lab), lab.station.key_set()
    key_set = good.model_copy(update={"keys": (*good.keys, key.public())})
    lab.bench.send(topics.keys(PROVINCE), lab.station.signed(key_set, root), 1, False)
    return counts(lab, key)


def _play(lab: Laboratory) -> None:
    founder, root = _Founder(lab), lab.station.root
    thief, second = root_key(lab.now()), root_key(lab.now())
    first = lab.station.root_sets
    version = len(first) + 1
    for check, text in (
        (_UNSIGNED, founder.root_set([thief], [thief], version)),
        (_ALONE, founder.root_set([thief], [root], version)),
        (_SKIPPED, founder.root_set([thief, root], [thief, root], version + 1)),
    ):
        founder.publish(*first, text)
        lab.judge(check.id, not _trusts(lab, thief), "the node took a key set that its key signed")
    good = founder.root_set([root, second], [root, second], version)
    founder.publish(*first, good, retain=True)
    lab.judge(_GOES_ON.id, lab.probe() is not None, "a good plan is not answered any more")
    lab.judge(_SUCCESSOR.id, _trusts(lab, second), "the node took no key set of the successor's")
    founder.publish(*first, founder.root_set([root, thief], [root, thief], version))
    lab.judge(_SHORTER.id, not _trusts(lab, thief), "the node left the chain that it had followed")
    last = founder.root_set([root], [root], version + 1)
    founder.publish(*first, good, last, retain=True)
    lab.station.root_sets = (*first, good, last)
    lab.station.publish_keys()
    lab.judge(_FORMER.id, not _trusts(lab, second), "the node took a key set that it signed")
    lab.station.publish_keys()


GROUP = CheckGroup("roots", (_UNSIGNED, _ALONE, _SKIPPED, _SUCCESSOR, _GOES_ON, _SHORTER, _FORMER), _play)
