"""The first start of a station: areas, people, keys, policy; see docs/operator.md and decision 009."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import StartFailed
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
from controller.features.area_changes.service import listed_areas, load_areas
from controller.features.journal.service import record
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.policy_signing import sign_policy
from controller.host.home_folder import write_private
from controller.host.station_keys import Secrets, StationSeal, root_key_at
from controller.model.accounts import Account, HeldKey
from controller.model.areas import Area
from controller.model.first_people import ADMINISTRATOR, FIRST_OPERATORS, OF_A_COMMUNE
from controller.model.journal import Entry
from controller.model.permissions import Operator
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode, KeyId
from devices.jose import SigningKey
from devices.not_trusted import MalformedJws
from devices.statements import QuietHours

_FOUNDED = "station.founded"
LEARNER = "hocvien{:02d}"
"""Sign-in names of the people of a class."""


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
        load_areas(session, **listed_areas(settings.province, settings.home))
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


def add_class(store: Store, settings: Settings, count: int, *, now: datetime) -> list[tuple[str, str, str]]:
    """Make officers of the first communes of a practice station, one each; return all: name, area, password.

    Those made before keep their passwords, which stand in the file of the class ("" of one whose line is
    gone). The file is written first: where a kill comes between, the next call makes who is in it.
    """
    files = Secrets(settings.home)
    known = files.class_passwords()
    with store.read() as session:
        query = select(Area.code, Area.name).where(Area.parent == settings.province).order_by(Area.code)
        communes = session.execute(query.limit(count)).all()
        learners = [(LEARNER.format(number), number, *one) for number, one in enumerate(communes, start=1)]
        fresh = [name for name, *_ in learners if operator_named(session, name) is None]
    missing = {name: hash_password(known.get(name) or fresh_password()) for name in fresh}
    known |= {name: chosen.text for name, chosen in missing.items()}
    write_private(files.learners, "".join(f"{name}\t{word}\n" for name, word in sorted(known.items())))
    with store.write() as session:
        for name, number, commune, _ in learners:
            if name in missing:
                create_operator(
                    session,
                    name=name,
                    display_name=f"Học viên {number}",
                    roles=OF_A_COMMUNE.roles,
                    area=commune,
                    password=missing[name],
                    by=None,
                    now=now,
                    tells=False,
                )
    return [(name, commune, known.get(name, "")) for name, _, _, commune in learners]


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
        sign_key_sets(session, root_key=root_key, now=now)
        _sign_first_policy(session, settings, person, chosen, now)


def _make_people(
    store: Store, settings: Settings, passwords: dict[str, str], keys: FoundingKeys, now: datetime
) -> None:
    province = AreaCode(settings.province)
    chosen = {name: hash_password(word) for name, word in passwords.items()}
    with store.write() as session:
        people: dict[str, Operator] = {
            first.name: create_operator(
                session,
                name=first.name,
                display_name=first.display_name,
                roles=first.roles,
                area=province,
                password=chosen[first.name],
                by=None,
                now=now,
                first_password=settings.require_totp,  # not in a trial, whose data is thrown away
            )
            for first in FIRST_OPERATORS
        }
        sign_key_sets(session, root_key=keys.root, now=now)
        _sign_first_policy(session, settings, people[ADMINISTRATOR], chosen[ADMINISTRATOR], now)


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
