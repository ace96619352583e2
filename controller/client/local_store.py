"""The station's database, opened by commands on the station's own machine, while it runs or not.

Who may read the station's key here could write anything, so a password would guard nothing; but who acts is
named, must be allowed to, and stands in the journal. A running station sees what they wrote within a beat.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from controller.errors import NotFound, StartFailed
from controller.features.accounts.queries import operator_named
from controller.features.keys.station_key_renewal import station_seal
from controller.model.accounts import Account
from controller.model.permissions import Operator
from controller.settings import Settings
from controller.store import Store


def has_station(settings: Settings) -> bool:
    """Whether a station was ever started here, as far as can be seen without its database."""
    return bool(settings.database_url) or (settings.home / "loa.sqlite").exists()


def opened_store(settings: Settings) -> Store:
    """Return the local station's database, or raise StartFailed where there is none."""
    if not has_station(settings):
        raise StartFailed(
            f"Chưa có đài nào trong «{settings.home}». Hãy chạy «loa up» trước.", code="station.none"
        )
    return Store(settings.database)


@contextmanager
def local_store() -> Iterator[Store]:
    """Open the database with the station's seal, so that it can be written; StartFailed without one."""
    settings = Settings()
    store = opened_store(settings)
    try:
        store.signer = station_seal(settings)
        yield store
    finally:
        store.close()


def person_named(session: Session, name: str) -> Operator:
    """Return the operator of a sign-in name, or raise NotFound: unknown, or the account is closed."""
    person = operator_named(session, name)
    if person is None or session.get_one(Account, person.id).disabled_at is not None:
        raise NotFound(f"Không có tài khoản nào tên «{name}», hoặc đã bị khóa.", code="operator.unknown")
    return person
