"""Root sets for tests: made and signed as their holders do."""

from datetime import datetime, timedelta

from devices.jose import ROOT, SigningKey, joined
from devices.roots import TYP, RootChain, RootHolder, RootSet
from devices.wire_types import SignedTogether

TEN_YEARS = timedelta(days=3650)


def root_key(now: datetime) -> SigningKey:
    return SigningKey.generate(ROOT, now, TEN_YEARS)


def root_set(version: int, now: datetime, *holders: tuple[str, SigningKey], threshold: int = 1) -> RootSet:
    return RootSet(
        version=version,
        issued_at=now,
        expires_at=now + TEN_YEARS,
        threshold=threshold,
        holders=tuple(RootHolder.of(name, key.public_x) for name, key in holders),
    )


def signed_by(told: RootSet, *keys: SigningKey) -> SignedTogether:
    return joined([key.sign_bytes(told.payload(), TYP) for key in keys])


def chain(*sets: SignedTogether) -> RootChain:
    return RootChain(sets=sets)
