"""The keys of the kit's station: good ones, and one for each way in which a key may not count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from controller.trial.conform.areas import ATTACK, ELSEWHERE, PROVINCE
from devices.ids import Role
from devices.jose import ROOT, SigningKey
from devices.statements import Key

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
ENDED = timedelta(minutes=30)
"""How long ago the keys ended that have an end; approvals of the kit say that they are an hour old."""


@dataclass(frozen=True, slots=True)
class KitKey:
    """A private key, and how the key set lists it; `listed` None: it does not."""

    key: SigningKey
    listed: Key | None = None


def root_key(now: datetime) -> SigningKey:
    """Return a fresh root key."""
    return SigningKey.generate(ROOT, now - DAY, 10 * YEAR)


def signers(now: datetime) -> dict[str, KitKey]:
    """Return fresh keys by what each is for."""
    since = now - DAY
    ended_at = whole_minute(now - ENDED)
    return {
        "station": _station(since),
        "leaving station": _station(since),
        "coming station": _station(since),
        "future station": _station(now + DAY),
        "past station": _station(now - 2 * YEAR),
        "unlisted station": KitKey(SigningKey.generate(Role.STATION, since, YEAR)),
        "retired station": _station(since, retired_at=ended_at),
        "compromised station": _station(since, compromised_since=ended_at),
        "retired approver": _person(Role.APPROVER, since, holder="kit-retired", retired_at=ended_at),
        "compromised approver": _person(
            Role.APPROVER, since, holder="kit-compromised", compromised_since=ended_at
        ),
        "compromised administrator": _person(
            Role.ADMINISTRATOR, since, holder="kit-administrator-3", compromised_since=ended_at
        ),
        "approver": _person(Role.APPROVER, since, holder="kit-approver"),
        "leaving approver": _person(Role.APPROVER, since, holder="kit-leaver"),
        "second approver": _person(Role.APPROVER, since, holder="kit-second"),
        "distant approver": _person(Role.APPROVER, since, holder="kit-distant", area=ELSEWHERE),
        "deputy approver": _person(
            Role.APPROVER, since, holder="kit-deputy", area=ELSEWHERE, further_areas=(PROVINCE,)
        ),
        "nobody's approver": _person(Role.APPROVER, since, holder=None),
        "placeless approver": _person(Role.APPROVER, since, holder="kit-placeless", area=None),
        "unlisted approver": KitKey(SigningKey.generate(Role.APPROVER, since, YEAR)),
        "caller": _person(Role.CALLER, since, holder="kit-caller"),
        "author": _person(Role.CALLER, since, holder="kit-author"),
        "distant author": _person(Role.CALLER, since, holder="kit-distant-author", area=ELSEWHERE),
        "administrator": _person(Role.ADMINISTRATOR, since, holder="kit-administrator"),
        "second administrator": _person(Role.ADMINISTRATOR, since, holder="kit-administrator-4"),
        "administrator's other": _person(Role.ADMINISTRATOR, since, holder="kit-administrator"),
        "leaving administrator": _person(Role.ADMINISTRATOR, since, holder="kit-administrator-2"),
        "ward administrator": _person(Role.ADMINISTRATOR, since, holder="kit-ward", area=ATTACK),
        "distant administrator": _person(Role.ADMINISTRATOR, since, holder="kit-far", area=ELSEWHERE),
    }


def _station(since: datetime, **end: Any) -> KitKey:
    key = SigningKey.generate(Role.STATION, since, YEAR)
    return KitKey(key, key.public(**end))


def whole_minute(at: datetime) -> datetime:
    """Return the minute in which an instant lies."""
    return at.replace(second=0, microsecond=0)


def _person(role: Role, since: datetime, **whose: Any) -> KitKey:
    key = SigningKey.generate(role, since, YEAR)
    return KitKey(key, key.public(**{"area": PROVINCE, "further_areas": ()} | whose))
