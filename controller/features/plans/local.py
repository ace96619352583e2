"""What `loa timetable`, `loa policy` and `loa keys` do on the station's own machine.

They work on the database (`client/local_store.py`). Only what a person signs needs that person's password.
"""

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.errors import BadInput, NotFound
from controller.features.accounts.admin_queries import keys_shown
from controller.features.accounts.queries import require
from controller.features.accounts.service import Unlocked, unlock_key
from controller.features.airings.timetables import MOST_DAYS, timetable_of
from controller.features.areas.queries import area_tree, get_area
from controller.features.keys.service import Fallout, compromise_key, fallout_of, retire_one_key
from controller.features.keys.station_key_renewal import Renewed, renew_station_key
from controller.features.plans.policy_signing import sign_key_set, sign_policy
from controller.features.plans.queries import published, published_key_set
from controller.features.provisioning.service import Secrets, root_key_at
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from controller.model.plan_states import DocumentKind
from controller.settings import Settings
from devices.ids import AreaCode, KeyId, Role
from devices.messages import LoudHours, Policy, QuietHours


def timetable_here(area: str, since: str | None, days: int) -> dict[str, Any]:
    """Return the timetable of an area from a day (or now) on, for some days."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"Số ngày phải từ 1 đến {MOST_DAYS}.", code="timetable.days")
    now = utc_now()
    begins = now if since is None else datetime.combine(_day(since), time(), ZONE)
    with local_store() as store, store.read() as session:
        return timetable_of(session, AreaCode(area), begins, begins + timedelta(days=days), now)


def policies_here() -> list[dict[str, Any]]:
    """Return the policies in force, by area."""
    with local_store() as store, store.read() as session:
        found = []
        for area in sorted(area_tree(session).parents):
            row = published(session, DocumentKind.POLICY, area)
            if row is not None:
                policy = Policy.model_validate_json(row.document)
                told = policy.model_dump(mode="json", exclude={"issued_at"})
                found.append({"area": area, "name": get_area(session, area).name, **told})
        return found


def sign_policy_here(
    area: str,
    quiet: Sequence[str],
    loudest: int | None,
    minutes: int | None,
    volumes: Sequence[str] = (),
    *,
    by: str,
) -> dict[str, Any]:
    """Sign an area's policy anew; what is not named stays as it was, or free where there was no policy."""
    hours = [_quiet(text) for text in quiet]
    louder = [_loud(text) for text in volumes]
    with signing_here(by) as (session, key):
        administrator = person_named(session, by)
        require(session, administrator, Act.RULE, get_area(session, AreaCode(area)).code)
        row = published(session, DocumentKind.POLICY, area)
        limits = {} if row is None or not row.payload else _limits_of(row.document)
        named: dict[str, Any] = {"loudest_volume": loudest, "minutes_a_day": minutes}
        named["quiet_hours"] = tuple(one for one in hours if one is not None) if quiet else None
        named["volumes"] = tuple(one for one in louder if one is not None) if volumes else None
        limits |= {name: value for name, value in named.items() if value is not None}
        if not limits:
            raise BadInput(
                f"Địa bàn {area} chưa có quy định riêng: hãy nêu ít nhất một điều "
                "(--quiet, --loudest, --minutes, --volume).",
                code="policy.nothing",
            )
        signed = sign_policy(
            session,
            area=AreaCode(area),
            administrator=administrator,
            password=key,
            now=utc_now(),
            **limits,
        )
        return dict(Policy.model_validate_json(signed.document).model_dump(mode="json"))


def _limits_of(document: str) -> dict[str, Any]:
    """Return what a policy says, as it is signed again."""
    before = Policy.model_validate_json(document)
    return {
        "zone": before.zone,
        "quiet_hours": before.quiet_hours,
        "loudest_volume": before.loudest_volume,
        "minutes_a_day": before.minutes_a_day,
        "volumes": before.volumes,
    }


def keys_here() -> dict[str, Any]:
    """Return the key set in force, and how long it still holds."""
    with local_store() as store, store.read() as session:
        key_set = published_key_set(session)
        if key_set is None:
            raise NotFound("Chưa có bộ khóa nào được ký.", code="keys.none")
        return dict(key_set.model_dump(mode="json"))


def sign_keys_here(root: Path | None) -> dict[str, Any]:
    """Sign the keys that count with the root key: once a year, for new keys, and when one is compromised."""
    key = root_key_at(root or Secrets(Settings().home).root_key)
    with local_store() as store:
        with store.write() as session:
            sign_key_set(session, root_key=key, now=utc_now())
        with store.read() as session:
            key_set = published_key_set(session)
    return dict(key_set.model_dump(mode="json")) if key_set is not None else {}


def renew_station_here(root: Path | None, *, at_once: bool) -> Renewed:
    """Make the station's next key and publish it."""
    settings = Settings()
    key = root_key_at(root or Secrets(settings.home).root_key)
    with local_store() as store:
        return renew_station_key(store, settings, key, at_once=at_once, now=utc_now())


def held_keys_here() -> list[dict[str, Any]]:
    """Return the active keys with their holders, the first to end first."""
    with local_store() as store, store.read() as session:
        return [
            {
                "kid": key.kid,
                "role": str(key.role),
                "holder": holder,
                "not_after": key.not_after.isoformat(),
            }
            for key, holder in keys_shown(session)
        ]


def retire_key_here(kid: str, *, by: str) -> None:
    """Have a key sign nothing any more; what it signed stays good."""
    with local_store() as store, store.write() as session:
        retire_one_key(session, KeyId(kid), by=person_named(session, by), now=utc_now())


def fallout_here(kid: str) -> Fallout:
    """Return what would fall silent if the key were declared compromised."""
    with local_store() as store, store.read() as session:
        return fallout_of(session, KeyId(kid), utc_now())


def compromise_key_here(kid: str, *, by: str) -> Fallout:
    """Void a key and all that it signed."""
    with local_store() as store, store.write() as session:
        return compromise_key(session, KeyId(kid), by=person_named(session, by), now=utc_now())


@contextmanager
def signing_here(by: str) -> Iterator[tuple[Session, Unlocked]]:
    """Ask for an administrator's password, open the key with it, and only then begin to write.

    Whoever types must not keep the station's writers waiting meanwhile.
    """
    with local_store() as store:
        with store.read() as session:
            person = person_named(session, by)
            require(session, person, Act.RULE, person.area)
        password = ask_password(by)
        key = unlock_key(store, person, role=Role.ADMINISTRATOR, password=password, now=utc_now())
        with store.write() as session:
            yield session, key


def ask_password(name: str) -> str:
    """Return a person's password: from LOA_PASSWORD, else from the keyboard."""
    password = os.environ.get("LOA_PASSWORD")
    if password:
        return password
    if not sys.stdin.isatty():
        raise BadInput(f"Thiếu mật khẩu của {name}: đặt LOA_PASSWORD.", code="operator.no_password")
    return getpass.getpass(f"Mật khẩu của {name}: ")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"Không hiểu ngày «{text}». Hãy viết như 2026-12-01.", code="timetable.day") from None


def _loud(text: str) -> LoudHours | None:
    """Read `05:00-06:30=50`; `none` says that no hours have a cap of their own."""
    if text == "none":
        return None
    span, _, percent = text.partition("=")
    begins, _, ends = span.partition("-")
    try:
        return LoudHours(begins=begins.strip(), ends=ends.strip(), loudest_volume=int(percent))
    except ValueError:
        raise BadInput(
            f"Không hiểu âm lượng theo giờ «{text}». Hãy viết như 05:00-06:30=50, hoặc none.",
            code="policy.volume",
        ) from None


def _quiet(text: str) -> QuietHours | None:
    """Read `21:30-04:45`; `none` says that there are no quiet hours."""
    if text == "none":
        return None
    begins, _, ends = text.partition("-")
    try:
        return QuietHours(begins=begins.strip(), ends=ends.strip())
    except ValueError:
        raise BadInput(
            f"Không hiểu giờ yên lặng «{text}». Hãy viết như 21:30-04:45, hoặc none.", code="policy.quiet"
        ) from None
