"""Retires keys: they can sign nothing more; what they signed stays valid."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from controller.model.accounts import HeldKey, PasskeyId
from controller.model.permissions import OperatorId
from devices.ids import KeyId, Role


def retire_keys_of(session: Session, holder: OperatorId, role: Role | None = None, *, now: datetime) -> None:
    """Retire a person's keys (or those of one role), passkeys' too."""
    of_role = () if role is None else (HeldKey.role == role,)
    _retire(session, HeldKey.holder == holder, *of_role, now=now)


def retire_sealed_keys_of(
    session: Session, holder: OperatorId, role: Role | None = None, *, now: datetime
) -> None:
    """Retire the keys that a person's password opens (or those of one role)."""
    of_role = () if role is None else (HeldKey.role == role,)
    _retire(session, HeldKey.holder == holder, HeldKey.passkey.is_(None), *of_role, now=now)


def retire_keys_of_passkey(session: Session, passkey: PasskeyId, *, now: datetime) -> None:
    """Retire the keys of one device. The station cannot delete their private halves, which lie in it."""
    _retire(session, HeldKey.passkey == passkey, now=now)


def retire_station_keys(session: Session, *, but: KeyId | None = None, now: datetime) -> None:
    """Retire the station's keys, all `but` one."""
    others = () if but is None else (HeldKey.kid != but,)
    _retire(session, HeldKey.role == Role.STATION, *others, now=now)


def retire_key(session: Session, kid: KeyId, *, now: datetime) -> None:
    """Retire one key; repeating it changes nothing."""
    _retire(session, HeldKey.kid == kid, now=now)


def _retire(session: Session, *which: ColumnElement[bool], now: datetime) -> None:
    """Mark keys as retired and delete their sealed private halves, so that nobody can sign with them.

    A retired key that could still sign would let a former approver approve: loudspeakers cannot know when
    something was signed, only what is written in it.
    """
    is_active = HeldKey.retired_at.is_(None)
    session.execute(update(HeldKey).where(*which, is_active).values(retired_at=now, sealed=None))
