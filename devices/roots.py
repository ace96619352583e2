"""Root keys: who holds them, how many must sign, and how one set of them follows another; docs/protocol.md.

A node pins the public half of the first root key. That is a root set of one, version 0. Each set after it is
signed by enough holders of the set before, and by enough of its own.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from devices.ids import KeyId
from devices.instants import Instant
from devices.jose import ROOT, PublicKey, Sealed, apart, checked, key_id, signatures_of
from devices.not_trusted import BadSignature, MalformedJws, UnknownKey
from devices.statements import KeySet
from devices.wire_types import (
    BASE64URL_KEY_PATTERN,
    KeyName,
    Malformed,
    Name,
    SignedTogether,
    Version,
    WireMessage,
    parse,
)

TYP: Final = "loa-roots"
MOST_HOLDERS: Final = 8
MOST_NEEDED: Final = 4
"""Signatures that a set may ask for: those of two sets fit into the eight of one statement."""
MOST_SETS: Final = 32
"""In a chain: a successor each ten years for three centuries, or each year for thirty."""
FORMER_ROOTS_COUNT: Final = timedelta(days=7)
"""From a root set's `issued_at`: so long the key sets of the one before go on where the new ones lack."""


class RootHolder(WireMessage):
    """One root key and the person who keeps it; two keys of one holder count once."""

    kid: KeyName
    holder: Name
    public: Annotated[str, StringConstraints(pattern=BASE64URL_KEY_PATTERN)]

    @classmethod
    def of(cls, holder: str, public: str) -> Self:
        """Return the holder of a public half; ValueError where either is none."""
        return cls(kid=key_id(ROOT, public), holder=holder, public=public)


class RootSet(WireMessage):
    """The root keys from now on, and how many of their holders must sign; `typ` loa-roots.

    Signed by the threshold of the set before, and by its own.
    """

    version: Version
    issued_at: Instant
    expires_at: Instant
    threshold: Annotated[int, Field(ge=1, le=MOST_NEEDED)]
    holders: Annotated[tuple[RootHolder, ...], Field(min_length=1, max_length=MOST_HOLDERS)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({one.kid for one in self.holders}) != len(self.holders):
            raise ValueError("the same kid twice in one root set")
        if self.threshold > len({one.holder for one in self.holders}):
            raise ValueError("fewer holders than must sign")
        return self


class RootChain(WireMessage):
    """All root sets since the first root key, oldest first; each is a RootSet signed by several."""

    sets: Annotated[tuple[SignedTogether, ...], Field(max_length=MOST_SETS)]


@dataclass(frozen=True, slots=True)
class Roots:
    """The root keys that a verifier goes by."""

    version: int
    threshold: int
    holders: dict[KeyId, RootHolder]
    issued_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def pinned(cls, public: str) -> Self:
        """Return the first root: one key, which nobody had to sign."""
        kid = key_id(ROOT, public)
        return cls(0, 1, {kid: RootHolder.of("root", public)})

    @classmethod
    def of(cls, root_set: RootSet) -> Self:
        """Return the roots of a set that `follow` found good."""
        holders = {KeyId(one.kid): one for one in root_set.holders}
        return cls(root_set.version, root_set.threshold, holders, root_set.issued_at, root_set.expires_at)

    def check(self, parts: Iterable[Sealed], model: type[RootSet] | type[KeySet]) -> None:
        """Raise NotTrusted unless enough holders of this set signed; keys of others are no matter."""
        signed = set()
        for part in parts:
            if (holder := self.holders.get(part.kid)) is not None:
                checked(part, model, PublicKey(holder.public))
                signed.add(holder.holder)
        if not signed:
            raise UnknownKey("no key of the root set signed it")
        if len(signed) < self.threshold:
            raise BadSignature(f"{len(signed)} holders of root keys signed, {self.threshold} must")


def follow(first: Roots, chain: RootChain) -> list[Roots]:
    """Return the first roots and all that follow them in a chain, each checked by the one before.

    Lifetimes are not judged: a chain is what happened. Raises NotTrusted where a link is not good.
    """
    found = [first]
    for text in chain.sets:
        parts = apart(text, TYP)
        root_set = read_root_set(text)
        following = Roots.of(root_set)
        if root_set.version != found[-1].version + 1:
            raise UnknownKey(f"root set {root_set.version} does not follow {found[-1].version}")
        found[-1].check(parts, RootSet)
        following.check(parts, RootSet)
        found.append(following)
    return found


def read_root_set(text: SignedTogether) -> RootSet:
    """Return a root set, UNCHECKED."""
    try:
        return parse(RootSet, urlsafe_b64decode(text.payload + "=" * (-len(text.payload) % 4)))
    except (Malformed, ValueError) as error:
        raise MalformedJws(str(error)) from error


def read_chain(payload: bytes | str) -> RootChain:
    """Return what the topic of the roots carries, UNCHECKED; raise MalformedJws."""
    try:
        return parse(RootChain, payload)
    except Malformed as error:
        raise MalformedJws(str(error)) from error


def read_key_set_by(text: bytes | str, roots: Roots) -> KeySet:
    """Return a key set that enough holders of these roots signed; lifetimes are not judged."""
    parts = signatures_of(text, "loa-keys")
    if roots.version == 0:  # the pinned key, whatever the header calls it
        (pinned,) = roots.holders.values()
        return checked(parts[0], KeySet, PublicKey(pinned.public))
    roots.check(parts, KeySet)
    good = next(part for part in parts if part.kid in roots.holders)
    return checked(good, KeySet, PublicKey(roots.holders[good.kid].public))
