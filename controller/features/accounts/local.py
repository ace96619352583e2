"""What `loa operator` and `loa token` do: accounts, on the station's own machine; see docs/operator.md."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.orm import Session

from controller.client.local_store import local_store, opened_store, person_named
from controller.clocks import utc_now
from controller.errors import NotFound
from controller.features.accounts.administration import enable_operator, reset_password, set_roles
from controller.features.accounts.first_administrator import make_first_code
from controller.features.accounts.passwords import hash_password
from controller.features.accounts.queries import operator_named, operators
from controller.features.accounts.second_factor import has_second_factor, remove_second_factor
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import create_operator, disable_operator
from controller.features.accounts.tokens import create_token, revoke_token, tokens_of
from controller.features.plans.policy_signing import sign_key_set
from controller.features.plans.queries import void_policies
from controller.features.provisioning.service import Secrets, root_key_at
from controller.model.permissions import Act, Operator, OperatorRole
from controller.settings import Settings
from devices.ids import AreaCode

_NOT_SIGNED = (
    "Chưa ký lại bộ khóa (khóa gốc không có ở đây), nên loa chưa nhận khóa mới. Hãy đưa khóa gốc đến rồi "
    "chạy: loa keys sign --root TỆP"
)


@contextmanager
def _writing(as_name: str | None) -> Iterator[tuple[Session, Operator | None]]:
    """Open the station's database to write; who acts is named by --as, else it is the station itself."""
    with local_store() as store, store.write() as session:
        yield session, None if as_name is None else person_named(session, as_name)


def first_code() -> str:
    """Make the code for the first administrator."""
    with _writing(None) as (session, _):
        return make_first_code(session, now=utc_now())


def add(
    name: str, display_name: str, roles: Sequence[OperatorRole], area: str, as_name: str | None
) -> Iterator[str]:
    """Open an account with a fresh password; yield what the person at the terminal has to know."""
    password = fresh_password()
    chosen = hash_password(password)
    with _writing(as_name) as (session, by):
        person = create_operator(
            session,
            name=name,
            display_name=display_name,
            roles=roles,
            area=AreaCode(area),
            password=chosen,
            by=by,
            now=utc_now(),
            first_password=True,
        )
        keyed = {OperatorRole.APPROVER, OperatorRole.ADMINISTRATOR} & person.roles
        signed = not keyed or _sign(session)
    yield f"{person.name}\t{password}"
    if not signed:
        yield _NOT_SIGNED


def lines() -> Iterator[str]:
    """Yield every account in a line: name, shown name, roles, area, and what is out of the ordinary."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            for row in operators(session):
                notes = ["đã khóa"] if row.disabled_at is not None else []
                notes += ["có mã xác thực"] if has_second_factor(session, row.id) else []
                yield "\t".join([row.name, row.display_name, ",".join(row.roles), row.area, *notes])
    finally:
        store.close()


def disable(name: str, as_name: str | None) -> Iterator[str]:
    """Close an account."""
    with _writing(as_name) as (session, by):
        disable_operator(session, _named(session, name).id, by=by, now=utc_now())
        signed = _sign(session)
        void = void_policies(session)
    yield f"Đã khóa {name}."
    yield from _to_be_signed_again(void)
    if not signed:
        yield _NOT_SIGNED


def enable(name: str, as_name: str | None) -> Iterator[str]:
    """Open a closed account again."""
    with _writing(as_name) as (session, by):
        enable_operator(session, _named(session, name).id, by=by, now=utc_now())
    yield f"Đã mở lại {name}. Khóa ký cũ không dùng lại được: loa operator reset-password {name}"


def new_password(name: str, as_name: str | None) -> Iterator[str]:
    """Give a person a fresh password, and new keys where the roles sign."""
    password = fresh_password()
    chosen = hash_password(password)
    with _writing(as_name) as (session, by):
        keyed = reset_password(session, _named(session, name).id, chosen, by=by, now=utc_now())
        signed = not keyed or _sign(session)
        void = void_policies(session)
    yield f"{name}\t{password}"
    yield from _to_be_signed_again(void)
    if not signed:
        yield _NOT_SIGNED


def change_roles(name: str, roles: Sequence[OperatorRole], as_name: str | None) -> Iterator[str]:
    """Give a person other roles."""
    with _writing(as_name) as (session, by):
        lacks_key = set_roles(session, _named(session, name).id, roles, by=by, now=utc_now())
        signed = _sign(session)
        void = void_policies(session)
    yield f"{name}: {', '.join(sorted(roles))}"
    yield from _to_be_signed_again(void)
    if lacks_key:
        yield f"Vai trò mới cần khóa ký; khóa được tạo cùng mật khẩu: loa operator reset-password {name}"
    if not signed:
        yield _NOT_SIGNED


def remove_factor(name: str, as_name: str | None) -> Iterator[str]:
    """Take a person's second factor away."""
    with _writing(as_name) as (session, by):
        remove_second_factor(session, _named(session, name).id, by=by, now=utc_now())
    yield f"Đã gỡ mã xác thực hai bước của {name}; lần đăng nhập sau sẽ gắn lại."


def add_token(
    name: str, *, of: str, acts: Sequence[Act], area: str | None, days: int, as_name: str | None
) -> str:
    """Make a token for a person's program."""
    now = utc_now()
    with _writing(as_name) as (session, by):
        person = _named(session, of)
        _, token = create_token(
            session,
            name=name,
            acts=acts,
            area=AreaCode(area) if area else person.area,
            expires_at=now + timedelta(days=days),
            of=person,
            by=by,
            now=now,
        )
    return token


def token_lines(of: str | None) -> Iterator[str]:
    """Yield every token in a line: id, whose, name, acts, area, until when, last used, revoked."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            names = {row.id: row.name for row in operators(session)}
            for row in tokens_of(session, None if of is None else _named(session, of).id):
                used = "chưa dùng" if row.last_used_at is None else f"dùng {row.last_used_at:%Y-%m-%d}"
                state = [] if row.revoked_at is None else ["đã thu hồi"]
                until = f"hạn {row.expires_at:%Y-%m-%d}"
                acts = ",".join(row.acts)
                yield "\t".join([row.id, names[row.operator], row.name, acts, row.area, until, used, *state])
    finally:
        store.close()


def end_token(token_id: str, as_name: str | None) -> Iterator[str]:
    """Revoke a token."""
    with _writing(as_name) as (session, by):
        revoke_token(session, token_id, by=by, now=utc_now())
    yield "Đã thu hồi."


def _named(session: Session, name: str) -> Operator:
    person = operator_named(session, name)
    if person is None:
        raise NotFound(f"Không có tài khoản «{name}».", code="operator.unknown")
    return person


def _to_be_signed_again(areas: Sequence[AreaCode]) -> Iterator[str]:
    for area in areas:
        yield (
            f"Quy định của {area} do một khóa đã bị lộ ký: loa sẽ bỏ nó, và loa không có quy định thì "
            f"không phát. Hãy để một quản trị viên ký lại ngay: loa policy sign --area {area} --as TÊN"
        )


def _sign(session: Session) -> bool:
    """Sign the key set where the root key lies in its place; return whether that was so."""
    path = Secrets(Settings().home).root_key
    if not path.exists():
        return False
    sign_key_set(session, root_key=root_key_at(path), now=utc_now())
    return True
