"""Writes of people: accounts, and the keys that they hold."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.encryption import Sealing, WrongSecret, seal, unseal
from controller.features.accounts.hashing_limit import hashing
from controller.features.accounts.key_checks import NO_KEY, sealed_key, touched_pen
from controller.features.accounts.key_retirement import retire_keys_of, retire_station_keys
from controller.features.accounts.notifications import role_words, tell_of_account
from controller.features.accounts.password_rules import check_password
from controller.features.accounts.passwords import Hashed, NewPassword, hashed, is_password
from controller.features.accounts.pens import First, OnePen, Pen, Second, SecondPen, Touch, first_pen
from controller.features.accounts.queries import require, requires_passkeys
from controller.features.areas.queries import areas, get_area
from controller.features.journal.service import record
from controller.model.accounts import Account, ApiToken, HeldKey, SignedIn
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator, OperatorId, OperatorRole
from controller.model.plain_text import one_line
from controller.store import Store
from devices.ids import AreaCode, KeyId, Role
from devices.jose import ROOT, SigningKey

KEY_LIFE = timedelta(days=730)
"""Two years: rotation is a new key set, signed by the root key, which is kept off the server."""
RENEWED_WITHIN = timedelta(days=120)
"""A key that ends this soon gets a successor when its person changes the password; they are told from 90 days
before."""
SUCCESSOR_FROM = timedelta(days=30)
"""Time to bring the root key and sign the key set."""
ROOT_LIFE = timedelta(days=3650)
NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{1,39}$")

KEYED = {
    OperatorRole.OFFICER: Role.CALLER,
    OperatorRole.APPROVER: Role.APPROVER,
    OperatorRole.ADMINISTRATOR: Role.ADMINISTRATOR,
}
"""Whose roles sign, and with which key; an officer's signs calls of emergencies, beside an approver's."""

EXCLUDING = frozenset({OperatorRole.APPROVER, OperatorRole.ADMINISTRATOR})
"""Roles that no one person has together: who hands out approvers' keys must not be able to speak by one."""


@dataclass(frozen=True, slots=True)
class FoundingKeys:
    """Made once: `root` is to be kept off the server, `station` in a file on it; none in the database."""

    root: SigningKey
    station: SigningKey


WRONG_PASSWORD = "operator.wrong-password"  # noqa: S105 - the code of an error


def make_keys(session: Session, *, now: datetime) -> FoundingKeys:
    """Make the root and the station key; only the station's public half is kept here.

    A station key made before is retired: a founding that was interrupted is begun again.
    """
    retire_station_keys(session, now=now)
    keys = FoundingKeys(
        root=SigningKey.generate(ROOT, now, ROOT_LIFE),
        station=SigningKey.generate(Role.STATION, now, KEY_LIFE),
    )
    keep_station_key(session, keys.station)
    return keys


def keep_station_key(session: Session, key: SigningKey) -> None:
    """Know a key of the station by its public half; the private one is a file."""
    _keep(session, key, holder=None, sealed=None)


def create_operator(
    session: Session,
    *,
    name: str,
    display_name: str,
    roles: Collection[OperatorRole],
    area: AreaCode,
    password: NewPassword,
    by: Operator | None,
    now: datetime,
    first_password: bool = False,
    tells: bool = True,
) -> Operator:
    """Open an account; officers, approvers and administrators get a key sealed by their password.

    `by` None: made on the server itself. A new key speaks only after the key set is signed anew.
    `first_password`: the person is to choose another before anything else. `tells`: administrators get a
    notice; not where the station makes people of a trial by itself.
    """
    check_roles(roles)
    if by is not None:
        require(session, by, Act.RULE, area)
    get_area(session, area)
    name = _checked_name(session, name)
    check_new_password(session, password, name, display_name)
    chosen = hashed(password)
    account = Account(
        id=OperatorId(new_id(now)),
        name=name,
        display_name=one_line(display_name) or name,
        roles=sorted(OperatorRole(role) for role in roles),
        area=area,
        password_hash=chosen.hash,
        first_password=first_password,
        created_at=now,
    )
    _add(session, account, chosen, by, now)
    if tells:
        tell_of_account(session, account, _opened_with(account), by=by, now=now)
    return account.operator()


def _opened_with(account: Account) -> str:
    return f"được mở với vai trò: {role_words(account.roles)}"


def _add(session: Session, account: Account, chosen: Hashed, by: Operator | None, now: datetime) -> None:
    """Keep the account, with the keys of its roles."""
    session.add(account)
    session.flush()
    for role in keyed_roles(account.operator().roles):
        make_key(session, account.id, role, chosen.sealing, now)
    detail = {"name": account.name, "roles": list(account.roles)}
    record(session, by, "operator.created", account.id, now, detail=detail)


def keyed_roles(roles: Collection[OperatorRole]) -> list[Role]:
    """Return the roles of the keys that a person signs with; an approver calls by the approver's key."""
    found = {KEYED[role] for role in KEYED.keys() & set(roles)}
    return sorted(found - {Role.CALLER} if Role.APPROVER in found else found)


def check_roles(roles: Collection[OperatorRole]) -> None:
    """Raise BadInput for roles that no one person may have."""
    if not roles:
        raise BadInput("Tài khoản phải có ít nhất một vai trò.", code="operator.no-role")
    if frozenset(roles) >= EXCLUDING:
        raise BadInput(
            "Một người không thể vừa duyệt vừa quản trị: quản trị cấp tài khoản và khóa, cán bộ duyệt dùng "
            "chúng. Hãy tạo hai tài khoản cho hai người.",
            code="operator.roles-exclude",
        )


def change_password(store: Store, *, by: Operator, old: str, new: str, now: datetime) -> None:
    """Change one's own password: keys are sealed anew, every session and token of the person ends.

    Hashes before its transaction begins: Conflict where the password was changed meanwhile.
    """
    with store.read() as session:
        check_new_password(session, new, by.name, by.display_name)
        if new == old:
            raise BadInput("Mật khẩu mới phải khác mật khẩu cũ.", code="operator.same-password")
        account = session.get(Account, by.id)
        before = None if account is None else account.password_hash
        sealed = {key.kid: key.sealed or b"" for key in _sealed_keys(session, by)}
    if not is_password(old, before):
        raise NotAllowed("Mật khẩu hiện tại không đúng.", code=WRONG_PASSWORD)
    with hashing():
        chosen = hashed(new)
        anew = {kid: _sealed_anew(one, _context(kid, by.id), old, chosen) for kid, one in sealed.items()}
    with store.write() as session:
        account = session.get(Account, by.id, with_for_update=True)
        keys = _sealed_keys(session, by)
        if account is None or account.password_hash != before or not {key.kid for key in keys} <= anew.keys():
            raise Conflict("Mật khẩu vừa được đổi ở nơi khác. Chưa có gì thay đổi.", code="operator.changed")
        account.password_hash = chosen.hash
        account.first_password = False
        for key in keys:
            key.sealed = anew[key.kid]
        _renew_keys(session, by, chosen, now)
        end_ways_in(session, by.id, now)
        record(session, by, "operator.password-changed", by.id, now)


def _sealed_keys(session: Session, holder: Operator) -> Sequence[HeldKey]:
    query = select(HeldKey).where(HeldKey.holder == holder.id, HeldKey.sealed.is_not(None))
    return session.scalars(query).all()


def _sealed_anew(sealed: bytes, context: str, old: str, chosen: Hashed) -> bytes:
    return seal(unseal(sealed, old, context), chosen.sealing, context)


def check_own_password(store: Store, by: Operator, password: str) -> None:
    """Raise NotAllowed unless it is the person's password; hashes while no transaction is held."""
    with store.read() as session:
        account = session.get(Account, by.id)
        kept = None if account is None else account.password_hash
    if not is_password(password, kept):
        raise NotAllowed("Mật khẩu không đúng. Chưa có gì thay đổi.", code=WRONG_PASSWORD)


def check_not_oneself(account: Account, by: Operator | None) -> None:
    """Raise Conflict for who would rule over the own account: that is another administrator's to do."""
    if by is not None and account.id == by.id:
        raise Conflict("Việc này với tài khoản của bạn phải do một quản trị khác làm.", code="operator.self")


def end_ways_in(session: Session, operator: OperatorId, now: datetime) -> None:
    """End every session and token of a person: somebody who knew the old password may hold one."""
    session.execute(delete(SignedIn).where(SignedIn.operator == operator))
    living = (ApiToken.operator == operator, ApiToken.revoked_at.is_(None))
    session.execute(update(ApiToken).where(*living).values(revoked_at=now))


def disable_operator(session: Session, operator: OperatorId, *, by: Operator | None, now: datetime) -> None:
    """Close an account: its sessions end, its keys are retired. What they signed stays good.

    `by` None: on the server itself.
    """
    account = session.get(Account, operator, with_for_update=True)
    if account is None:
        raise NotFound("Không có tài khoản này.", code="operator.unknown")
    if by is not None:
        require(session, by, Act.RULE, account.area)
    check_not_oneself(account, by)
    account.disabled_at = account.disabled_at or now
    end_ways_in(session, operator, now)
    retire_keys_of(session, operator, now=now)
    record(session, by, "operator.disabled", operator, now)
    tell_of_account(session, account, "bị khóa", by=by, now=now)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A person's private key, opened by the password before the transaction that signs with it began."""

    holder: OperatorId
    key: SigningKey


OnePassword = str | Hashed | Unlocked | Touch
Password = OnePassword | First | Second
"""What a person proves an act of signing with. `Touch`: a passkey. `Hashed` opens a key that was sealed by it
just before. A password as text is hashed in the transaction itself, which takes a quarter of a second: right
for tests and a founding, not where other writers wait. `First`, `Second`: what two administrators sign."""


def unlock_key(
    store: Store, holder: Operator, *, role: Role, password: str, now: datetime, urgent: bool = False
) -> Unlocked:
    """Open the person's key while no transaction is held, or raise NotAllowed or TooManyTries."""
    with store.read() as session:
        held = sealed_key(session, holder, role, now)
    with hashing(urgent=urgent):
        return Unlocked(holder.id, _opened(held, holder, password))


def open_key(session: Session, holder: Operator, *, role: Role, password: Password, now: datetime) -> Pen:
    """Return what the person signs with, a key still in force; it must not outlive the act."""
    if isinstance(password, First):
        return first_pen(
            open_one(session, holder, role=role, password=password.password, now=now), password, now
        )
    if isinstance(password, Second):
        return SecondPen(
            open_one(session, password.by, role=role, password=password.password, now=now), password
        )
    return open_one(session, holder, role=role, password=password, now=now)


def open_one(
    session: Session, holder: Operator, *, role: Role, password: OnePassword, now: datetime
) -> OnePen:
    """Return what one person signs with, for a statement of nobody else."""
    if isinstance(password, Touch):
        return touched_pen(session, holder, role, password, now)
    held = sealed_key(session, holder, role, now)
    if not isinstance(password, Unlocked):
        return _opened(held, holder, password if isinstance(password, str) else password.sealing)
    if (password.holder, password.key.kid) != (holder.id, held.kid):
        raise NotAllowed(NO_KEY, code="operator.no-key")
    return password.key


def _opened(held: HeldKey, holder: Operator, password: str | Sealing) -> SigningKey:
    try:
        return SigningKey.from_json(unseal(held.sealed or b"", password, _context(held.kid, holder.id)))
    except WrongSecret:
        raise NotAllowed("Mật khẩu không đúng, nên chưa ký.", code=WRONG_PASSWORD) from None


def check_new_password(session: Session, password: NewPassword, *names: str) -> None:
    """Raise BadInput for a password that is short or easily guessed; `names`: those of its person."""
    text = password.text if isinstance(password, Hashed) else password
    check_password(text, names=names, places=[area.name for area in areas(session)])


def _checked_name(session: Session, name: str) -> str:
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise BadInput(
            "Tên đăng nhập gồm 2–40 chữ thường không dấu, chữ số, dấu chấm hoặc gạch.",
            code="operator.bad-name",
        )
    if session.scalars(select(Account.id).where(Account.name == name)).first() is not None:
        raise Conflict(f"Đã có tài khoản tên {name}.", code="operator.name-taken")
    return name


def _renew_keys(session: Session, holder: Operator, password: Hashed, now: datetime) -> None:
    """Make the successors of keys that end within `RENEWED_WITHIN`: now the password is there to seal them.

    They sign only after `SUCCESSOR_FROM`: somebody has to bring the root key and sign the key set first.
    """
    query = (
        select(HeldKey.role, func.max(HeldKey.not_after))
        .where(HeldKey.holder == holder.id, HeldKey.retired_at.is_(None))
        .group_by(HeldKey.role)
    )
    for role, ends_at in session.execute(query).all():
        if now < ends_at < now + RENEWED_WITHIN:
            begins = min(now + SUCCESSOR_FROM, ends_at)
            make_key(session, holder.id, role, password.sealing, begins)
            record(session, holder, "operator.key-renewed", holder.id, now, detail={"role": role})


def make_key(session: Session, holder: OperatorId, role: Role, sealing: Sealing, begins: datetime) -> None:
    """Make a person's key, sealed by the password; nodes trust it once the key set is signed anew.

    None where the station has persons of this role sign by passkeys alone.
    """
    if role is Role.APPROVER and requires_passkeys(session):
        return
    key = SigningKey.generate(role, begins, KEY_LIFE)
    sealed = seal(key.to_json().encode(), sealing, _context(key.kid, holder))
    _keep(session, key, holder=holder, sealed=sealed)


def _keep(session: Session, key: SigningKey, *, holder: OperatorId | None, sealed: bytes | None) -> None:
    public = key.public()
    session.add(
        HeldKey(
            kid=public.kid,
            role=public.role,
            public=public.public,
            not_before=public.not_before,
            not_after=public.not_after,
            holder=holder,
            sealed=sealed,
        )
    )
    session.flush()


def _context(kid: KeyId, holder: OperatorId) -> str:
    return f"{kid}/{holder}"
