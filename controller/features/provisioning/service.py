"""The first start of a station: areas, people, keys, policy; see docs/operator.md and decision 009."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import Conflict, StartFailed
from controller.features.accounts.first_administrator import check_first_code, create_first_administrator
from controller.features.accounts.passwords import hash_password
from controller.features.accounts.queries import operator_named
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import (
    FoundingKeys,
    Password,
    check_new_password,
    create_operator,
    make_keys,
)
from controller.features.area_changes.service import load_areas
from controller.features.journal.chain import StationSeal
from controller.features.journal.service import record
from controller.features.plans.policy_signing import sign_key_set, sign_policy
from controller.host.home_folder import write_private
from controller.model.accounts import Account, HeldKey
from controller.model.areas import Area
from controller.model.enrolment import Welcome
from controller.model.journal import Entry
from controller.model.permissions import Operator, OperatorRole
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode, KeyId
from devices.messages import QuietHours
from devices.signing import MalformedJws, SigningKey

_PRIVATE = 0o600
_FOUNDED = "station.founded"


@dataclass(frozen=True)
class FirstOperator:
    """One of the people that a fresh station knows."""

    name: str
    display_name: str
    roles: frozenset[OperatorRole]


FIRST_OPERATORS = (
    FirstOperator("canbo", "Cán bộ tỉnh", frozenset({OperatorRole.OFFICER})),
    FirstOperator("duyet", "Cán bộ duyệt", frozenset({OperatorRole.APPROVER})),
    FirstOperator(
        "kythuat", "Kỹ thuật viên", frozenset({OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR})
    ),
)
OFFICER, APPROVER, ADMINISTRATOR = (first.name for first in FIRST_OPERATORS)
OF_A_COMMUNE = FirstOperator("canboxa", "Cán bộ xã", frozenset({OperatorRole.OFFICER}))
"""The fourth person of a trial: most people who use Loa are officers of one commune, and see less."""


@dataclass(frozen=True)
class Secrets:
    """Where a fresh station puts what must not be lost, and must not stay where it is."""

    home: Path

    @property
    def station_key(self) -> Path:
        """The station's private key: stays on the server."""
        return self.home / "keys" / "station.json"

    @property
    def next_station_key(self) -> Path:
        """The key that signs after `station_key`, until its time has come."""
        return self.home / "keys" / "station-next.json"

    @property
    def sealing_key(self) -> Path:
        """The station's first key, once another signs: what is sealed in the database hangs on it."""
        return self.home / "keys" / "sealing.json"

    @property
    def root_key(self) -> Path:
        """The root's private key: to be moved off the server."""
        return self.home / "keys" / "root.json"

    @property
    def root_public(self) -> Path:
        """The root's public half, which nodes pin."""
        return self.home / "keys" / "root.pub"

    @property
    def operators(self) -> Path:
        """The first passwords: to be deleted once everybody has chosen another."""
        return self.home / "operators.txt"

    def passwords(self) -> dict[str, str]:
        """Return the first passwords by name, or nothing when the file is gone."""
        with contextlib.suppress(FileNotFoundError):
            lines = self.operators.read_text("utf-8").splitlines()
            return dict(line.split("\t", 1) for line in lines if "\t" in line)
        return {}


@dataclass(frozen=True)
class FirstAdministrator:
    """What somebody with the one-time code chose on the page Bắt đầu."""

    code: str
    name: str
    display_name: str
    password: str


def is_founded(store: Store) -> bool:
    """Whether the station has people, or was founded without: the last thing that founding makes."""
    with store.read() as session:
        people = session.scalar(select(func.count()).select_from(Account))
        return bool(people or session.scalar(select(Entry.seq).where(Entry.act == _FOUNDED).limit(1)))


def found(store: Store, settings: Settings, *, now: datetime) -> None:
    """Make all that a fresh station needs. Interrupted, it is begun again; finished, it is never repeated."""
    files = Secrets(settings.home)
    with store.write() as session:
        for path in (files.station_key, files.root_key):
            _refuse_key_of_another(session, path)
        load_areas(session)
        keys = make_keys(session, now=now)
    write_private(files.station_key, keys.station.to_json())
    write_private(files.root_key, keys.root.to_json())
    files.root_public.write_text(keys.root.public_x + "\n", "utf-8")
    store.signer = StationSeal(keys.station)
    if not settings.first_people:
        with store.write() as session:
            record(session, None, _FOUNDED, settings.province, now)
        return
    passwords = {first.name: fresh_password() for first in FIRST_OPERATORS}
    write_private(files.operators, "".join(f"{name}\t{word}\n" for name, word in passwords.items()))
    _make_people(store, settings, passwords, keys, now)


def add_officer_of_a_commune(store: Store, settings: Settings, *, now: datetime) -> Operator | None:
    """Add the officer of the first commune to a trial whose first passwords still lie in their file, once.

    Returns the person if added now.
    """
    files = Secrets(settings.home)
    passwords = files.passwords()
    with store.write() as session:
        commune = session.scalar(
            select(Area.code).where(Area.parent == settings.province).order_by(Area.code).limit(1)
        )
        if not passwords or commune is None or operator_named(session, OF_A_COMMUNE.name) is not None:
            return None
        passwords[OF_A_COMMUNE.name] = fresh_password()
        officer = create_operator(
            session,
            name=OF_A_COMMUNE.name,
            display_name=OF_A_COMMUNE.display_name,
            roles=OF_A_COMMUNE.roles,
            area=commune,
            password=passwords[OF_A_COMMUNE.name],
            by=None,
            now=now,
            tells=False,
        )
        write_private(files.operators, "".join(f"{name}\t{word}\n" for name, word in passwords.items()))
    return officer


def _refuse_key_of_another(session: Session, path: Path) -> None:
    """Never write over a key that this database does not know: every loudspeaker may trust just that one."""
    if not path.exists():
        return
    try:
        kid = SigningKey.from_json(path.read_text("utf-8")).kid
    except (UnicodeDecodeError, MalformedJws):
        kid = KeyId("")
    if session.get(HeldKey, kid) is None:
        raise StartFailed(
            f"Cơ sở dữ liệu trống, nhưng «{path}» là khóa của một đài đã có. Hãy khôi phục cơ sở dữ liệu "
            "từ bản sao lưu hoặc kiểm tra LOA_DATABASE_URL. Muốn lập đài mới thật, hãy dời tệp khóa này đi "
            "trước.",
            code="station.keys_of_another",
        )


def found_administrator(
    store: Store, settings: Settings, first: FirstAdministrator, *, now: datetime
) -> None:
    """Open the first administrator's account; with the root key at hand, sign the key set and a policy too.

    The root key has to be there: without a key set that names the administrator, no policy could be signed,
    and nodes without a policy say nothing. The password is hashed before the transaction begins, and only for
    who has the code.
    """
    province = AreaCode(settings.province)
    with store.read() as session:
        check_first_code(session, first.code, now=now)
        check_new_password(session, first.password, first.name, first.display_name)
    root_key = root_key_at(Secrets(settings.home).root_key)
    chosen = hash_password(first.password)
    with store.write() as session:
        person = create_first_administrator(
            session,
            code=first.code,
            name=first.name,
            display_name=first.display_name,
            password=chosen,
            area=province,
            now=now,
        )
        sign_key_set(session, root_key=root_key, now=now)
        _sign_first_policy(session, settings, person, chosen, now)


def root_key_at(path: Path) -> SigningKey:
    """Return the root key from its file, or raise Conflict: it may lie elsewhere, as it should."""
    try:
        return SigningKey.from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, MalformedJws):
        raise Conflict(
            f"Không đọc được khóa gốc «{path}». Hãy đặt khóa gốc vào đó (hoặc chỉ chỗ bằng --root) rồi "
            "làm lại, sau đó cất đi.",
            code="keys.no-root",
        ) from None


def station_key(settings: Settings) -> SigningKey:
    """Return the station's key, or raise StartFailed when it is gone."""
    try:
        return SigningKey.from_json(Secrets(settings.home).station_key.read_text("utf-8"))
    except FileNotFoundError:
        raise StartFailed(
            f"Thiếu khóa của đài ({Secrets(settings.home).station_key}). Hãy khôi phục tệp này từ bản sao "
            "lưu; không có nó, loa sẽ không nhận kế hoạch nào.",
            code="station.no_key",
        ) from None


def welcome_of(settings: Settings, key: SigningKey, broker: str, pages: str) -> Welcome:
    """Return what nodes are told when they enrol; `broker` and `pages`: where the station itself has them."""
    parts = urlsplit(settings.nodes_broker_url or broker)
    host = parts.netloc.rpartition("@")[2]  # whatever password is the station's stays the station's
    return Welcome(
        address=settings.address or pages or f"http://{settings.host}:{settings.port}",
        broker=f"{parts.scheme}://{host}",
        root_public=Secrets(settings.home).root_public.read_text("utf-8").strip(),
        key=key,
    )


def _make_people(
    store: Store, settings: Settings, passwords: dict[str, str], keys: FoundingKeys, now: datetime
) -> None:
    province = AreaCode(settings.province)
    with store.write() as session:
        people: dict[str, Operator] = {
            first.name: create_operator(
                session,
                name=first.name,
                display_name=first.display_name,
                roles=first.roles,
                area=province,
                password=passwords[first.name],
                by=None,
                now=now,
                first_password=settings.require_totp,  # not in a trial, whose data is thrown away
            )
            for first in FIRST_OPERATORS
        }
        sign_key_set(session, root_key=keys.root, now=now)
        _sign_first_policy(session, settings, people[ADMINISTRATOR], passwords[ADMINISTRATOR], now)


def _sign_first_policy(
    session: Session, settings: Settings, administrator: Operator, password: Password, now: datetime
) -> None:
    sign_policy(
        session,
        area=AreaCode(settings.province),
        quiet_hours=(QuietHours(begins=settings.quiet_begins, ends=settings.quiet_ends),)
        if settings.quiet_begins != settings.quiet_ends
        else (),
        loudest_volume=settings.loudest_volume,
        minutes_a_day=settings.minutes_a_day,
        administrator=administrator,
        password=password,
        now=now,
    )
