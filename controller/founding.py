"""The first start of a station: areas, people, keys, policy; see docs/operator.md and decision 009."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.areas.usecases import load_areas
from controller.errors import StartFailed
from controller.journal.chain import StationSeal
from controller.operators.permissions import Operator, OperatorRole
from controller.operators.tables import Account, HeldKey
from controller.operators.usecases import FoundingKeys, create_operator, make_keys
from controller.plans.governing import sign_key_set, sign_policy
from controller.settings import Settings
from controller.store import Store
from devices.messages import AreaCode, KeyId, QuietHours
from devices.signing import SigningKey

_PASSWORD_PAIRS = 12
_CONSONANTS, _VOWELS = "bcdghlmnrstvx", "aeiou"  # easy to read out over a telephone
_PRIVATE = 0o600


@dataclass(frozen=True)
class FirstOperator:
    """One of the three people that a fresh station knows."""

    name: str
    display_name: str
    roles: frozenset[OperatorRole]


FIRST_OPERATORS = (
    FirstOperator("canbo", "Cán bộ xã", frozenset({OperatorRole.OFFICER})),
    FirstOperator("duyet", "Cán bộ duyệt", frozenset({OperatorRole.APPROVER})),
    FirstOperator(
        "kythuat", "Kỹ thuật viên", frozenset({OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR})
    ),
)
OFFICER, APPROVER, ADMINISTRATOR = (first.name for first in FIRST_OPERATORS)


@dataclass(frozen=True)
class Secrets:
    """Where a fresh station puts what must not be lost, and must not stay where it is."""

    home: Path

    @property
    def station_key(self) -> Path:
        """The station's private key: stays on the server."""
        return self.home / "keys" / "station.json"

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


def is_founded(store: Store) -> bool:
    """Whether the station has people: the last thing that founding makes."""
    with store.read() as session:
        return bool(session.scalar(select(func.count()).select_from(Account)))


def found(store: Store, settings: Settings, *, now: datetime) -> None:
    """Make all that a fresh station needs. Interrupted, it is begun again; finished, it is never repeated."""
    files = Secrets(settings.home)
    with store.write() as session:
        for path in (files.station_key, files.root_key):
            _refuse_key_of_another(session, path)
        load_areas(session)
        keys = make_keys(session, now=now)
    _write_private(files.station_key, keys.station.to_json())
    _write_private(files.root_key, keys.root.to_json())
    files.root_public.write_text(keys.root.public_x + "\n", "utf-8")
    passwords = {first.name: _fresh_password() for first in FIRST_OPERATORS}
    _write_private(files.operators, "".join(f"{name}\t{word}\n" for name, word in passwords.items()))
    store.signer = StationSeal(keys.station)
    _make_people(store, settings, passwords, keys, now)


def _refuse_key_of_another(session: Session, path: Path) -> None:
    """Never write over a key that this database does not know: every loudspeaker may trust just that one."""
    if not path.exists():
        return
    try:
        kid = SigningKey.from_json(path.read_text("utf-8")).kid
    except ValueError:
        kid = KeyId("")
    if session.get(HeldKey, kid) is None:
        raise StartFailed(
            f"Cơ sở dữ liệu trống, nhưng «{path}» là khóa của một đài đã có. Hãy khôi phục cơ sở dữ liệu "
            "từ bản sao lưu hoặc kiểm tra LOA_DATABASE_URL. Muốn lập đài mới thật, hãy dời tệp khóa này đi "
            "trước.",
            code="station.keys_of_another",
        )


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
            )
            for first in FIRST_OPERATORS
        }
        sign_key_set(session, root_key=keys.root, now=now)
        sign_policy(
            session,
            area=province,
            quiet_hours=(QuietHours(begins=settings.quiet_begins, ends=settings.quiet_ends),)
            if settings.quiet_begins != settings.quiet_ends
            else (),
            loudest_volume=settings.loudest_volume,
            minutes_a_day=settings.minutes_a_day,
            administrator=people[ADMINISTRATOR],
            password=passwords[ADMINISTRATOR],
            now=now,
        )


def _fresh_password() -> str:
    """Return some 72 bits in plain syllables, as in `tabe-nomi-xuda`."""
    pairs = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(_PASSWORD_PAIRS)]
    return "-".join(a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True))


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
