"""A person's devices that sign (passkeys): enrolled, named and removed; each has one key for each role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.key_retirement import retire_keys_of_passkey
from controller.features.accounts.notifications import tell_of_account
from controller.features.accounts.queries import require
from controller.features.accounts.service import KEY_LIFE, RENEWED_WITHIN, keyed_roles
from controller.features.journal.service import record
from controller.model.accounts import Account, HeldKey, Passkey, PasskeyId
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator, OperatorId
from controller.model.plain_text import one_line
from controller.store import one_read, one_write
from devices.ids import KeyId, Role
from devices.jose import key_id
from devices.passkeys import WEBAUTHN

MOST_PASSKEYS = 8
"""Of one person: telephone, computer, a token, and what was lost and not yet removed."""
LONGEST_NAME = 100
NO_SITE = (
    "Đài chưa có tên miền riêng nên chưa gắn được khóa trên thiết bị: trình duyệt chỉ cho gắn với một tên, "
    "không cho gắn với địa chỉ số. Kỹ thuật viên đặt tên bằng LOA_ADDRESS."
)


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """The site that passkeys are bound to: its name, and the origin as browsers write it."""

    rp_id: str
    origin: str

    @classmethod
    def of(cls, address: str) -> Self | None:
        """Return that of the station's public address; None where browsers allow no passkeys."""
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
        is_secure = parts.scheme == "https" or host == "localhost"
        if not host or not is_secure or _is_number(host):
            return None
        return cls(host, f"{parts.scheme}://{parts.netloc.lower()}")


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a device told when it made a passkey; `public`: x and y, base64url."""

    credential: str
    public: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class PasskeyShown:
    """A passkey as its person sees it, with its active keys."""

    row: Passkey
    kids: tuple[KeyId, ...]
    """Empty: the keys ended, or the role is gone."""
    is_trusted: bool
    """Whether loudspeakers know one of the keys."""
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SigningDevice:
    """A passkey that loudspeakers trust for a role."""

    kid: KeyId
    name: str
    credential: str
    rp_id: str


@one_read
def passkeys_of(session: Session, holder: OperatorId, now: datetime) -> list[PasskeyShown]:
    """Return a person's passkeys that were not removed, oldest first."""
    rows = session.scalars(
        select(Passkey).where(Passkey.holder == holder, Passkey.removed_at.is_(None)).order_by(Passkey.id)
    ).all()
    keys = session.scalars(
        select(HeldKey)
        .where(HeldKey.passkey.in_([row.id for row in rows]), HeldKey.retired_at.is_(None))
        .where(HeldKey.not_after > now)
        .order_by(HeldKey.kid)
    ).all()
    return [_shown(row, [key for key in keys if key.passkey == row.id]) for row in rows]


def _shown(row: Passkey, keys: Sequence[HeldKey]) -> PasskeyShown:
    ends = max((key.not_after for key in keys), default=None)
    trusted = any(key.signing_areas for key in keys)
    return PasskeyShown(row, tuple(key.kid for key in keys), trusted, ends)


@one_read
def signing_devices(
    session: Session, holder: OperatorId, role: Role, rp_id: str, now: datetime
) -> list[SigningDevice]:
    """Return the passkeys by which a person can sign now on the site of this name, last used first."""
    query = (
        select(HeldKey, Passkey)
        .join(Passkey, Passkey.id == HeldKey.passkey)
        .where(Passkey.holder == holder, Passkey.removed_at.is_(None), Passkey.rp_id == rp_id)
        .where(HeldKey.role == role, HeldKey.retired_at.is_(None), HeldKey.in_key_set)
        .where(HeldKey.not_before <= now, HeldKey.not_after > now)
        .order_by(Passkey.last_used_at.is_(None), Passkey.last_used_at.desc(), Passkey.id)
    )
    return [
        SigningDevice(key.kid, row.name, row.credential, row.rp_id) for key, row in session.execute(query)
    ]


@one_read
def credentials_of(session: Session, holder: OperatorId, rp_id: str, now: datetime) -> list[str]:
    """Return the credentials that a device must not hold to be enrolled: one device is enrolled once.

    One whose keys end soon is enrolled anew.
    """
    return [
        one.row.credential
        for one in passkeys_of(session, holder, now)
        if one.row.rp_id == rp_id and one.ends_at is not None and one.ends_at > now + RENEWED_WITHIN
    ]


def add_passkey(session: Session, device: NewDevice, *, name: str, by: Operator, now: datetime) -> Passkey:
    """Enrol a device of one's own; loudspeakers take what it signs once the key set is signed anew."""
    roles = keyed_roles(by.roles)
    if not roles:
        raise NotAllowed(
            "Vai trò của bạn không ký gì nên không cần khóa trên thiết bị.", code="passkey.no-role"
        )
    if len(passkeys_of(session, by.id, now)) >= MOST_PASSKEYS:
        raise Conflict(
            f"Đã gắn {MOST_PASSKEYS} thiết bị. Hãy bỏ thiết bị không dùng nữa rồi gắn thêm.",
            code="passkey.too-many",
        )
    known = select(func.count()).where(Passkey.public == device.public)
    if session.scalar(known):
        raise Conflict("Thiết bị này đã được gắn rồi.", code="passkey.known")
    row = Passkey(
        id=PasskeyId(new_id(now)),
        holder=by.id,
        name=_checked_name(name),
        credential=device.credential,
        public=device.public,
        rp_id=device.rp_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    kids = [_add_key(session, row, role, now) for role in roles]
    record(session, by, "passkey.added", row.id, now, detail={"name": row.name, "kids": kids})
    _tell(session, by.id, f"gắn khóa ký trên thiết bị «{row.name}»", by=by, now=now)
    return row


def _add_key(session: Session, row: Passkey, role: Role, now: datetime) -> KeyId:
    key = HeldKey(
        kid=key_id(role, row.public),
        role=role,
        public=row.public,
        not_before=now,
        not_after=now + KEY_LIFE,
        holder=row.holder,
        alg=WEBAUTHN,
        rp_id=row.rp_id,
        passkey=row.id,
    )
    session.add(key)
    session.flush()
    return key.kid


@one_write
def rename_passkey(session: Session, passkey: str, name: str, *, by: Operator, now: datetime) -> None:
    """Give one's own device another name."""
    row = _own(session, passkey, by.id)
    before, row.name = row.name, _checked_name(name)
    record(session, by, "passkey.renamed", row.id, now, detail={"name": row.name, "before": before})


def remove_passkey(session: Session, passkey: str, *, by: Operator, now: datetime) -> None:
    """Remove one's own device: its keys are retired."""
    _remove(session, _own(session, passkey, by.id), by, now)


def remove_passkey_of(
    session: Session, operator: OperatorId, *, passkey: str, by: Operator, now: datetime
) -> None:
    """Remove another person's lost device, as administrator: its keys are retired."""
    account = session.get_one(Account, operator)
    require(session, by, Act.RULE, account.area)
    _remove(session, _own(session, passkey, operator), by, now)


def _remove(session: Session, row: Passkey, by: Operator, now: datetime) -> None:
    row.removed_at = now
    retire_keys_of_passkey(session, row.id, now=now)
    record(session, by, "passkey.removed", row.id, now, detail={"name": row.name, "of": row.holder})
    _tell(session, row.holder, f"bỏ khóa ký trên thiết bị «{row.name}»", by=by, now=now)


def _own(session: Session, passkey: str, holder: OperatorId) -> Passkey:
    row = session.get(Passkey, passkey, with_for_update=True)
    if row is None or row.holder != holder or row.removed_at is not None:
        raise NotFound("Không có thiết bị này trong tài khoản.", code="passkey.unknown")
    return row


def _checked_name(name: str) -> str:
    cleaned = one_line(name)
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise BadInput(f"Hãy đặt tên cho thiết bị, dài nhất {LONGEST_NAME} chữ.", code="passkey.name")
    return cleaned


def _tell(session: Session, holder: OperatorId, what: str, *, by: Operator, now: datetime) -> None:
    tell_of_account(session, session.get_one(Account, holder), what, by=by, now=now)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
