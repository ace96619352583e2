"""The station's database, opened by commands on the station's own machine, while it runs or not.

A person who can read the station's key here could write anything, so a password would protect nothing.
But the acting person is named, needs the permission, and is recorded in the journal. A running station
sees the changes within one round of its periodic work.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound, StartFailed
from controller.host.station_keys import station_seal
from controller.model.accounts import Account
from controller.model.permissions import Operator, Stamp
from controller.settings import Settings
from controller.store import Store, one_read


def has_station(settings: Settings) -> bool:
    """Whether a station was ever started here, judged without opening its database."""
    return bool(settings.database_url) or (settings.home / "loa.sqlite").exists()


@contextmanager
def local_store(*, sealed: bool = True) -> Iterator[Store]:
    """Open the station's database; raise StartFailed if there is none.

    `sealed`: with the station's key, so that it can be written; raise StartFailed without the key.
    """
    settings = Settings()
    if not has_station(settings):
        raise StartFailed(
            f"Chưa có đài nào trong «{settings.home}». Hãy chạy «loa up» trước.", code="station.none"
        )
    store = Store(settings.database)
    try:
        if sealed:
            store.signer = station_seal(settings)
        yield store
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class LocalCaller:
    """A person at the station's own machine; handed to an operation, as the caller of a page is."""

    store: Store
    by: Operator
    now: datetime

    @property
    def stamp(self) -> Stamp:
        """The person and the present."""
        return Stamp(by=self.by, now=self.now)

    def read(self) -> AbstractContextManager[Session]:
        """Open one snapshot."""
        return self.store.read()

    def write(self) -> AbstractContextManager[Session]:
        """Open one transaction, committed at its end."""
        return self.store.write()


@contextmanager
def reading() -> Iterator[Session]:
    """Open a read-only snapshot of the station's data; needs no person and no station key."""
    with local_store(sealed=False) as store, store.read() as session:
        yield session


@contextmanager
def acting(name: str) -> Iterator[tuple[Session, Operator]]:
    """Open one transaction for a person; raise NotFound for an unknown person."""
    with local_store() as store, store.write() as session:
        yield session, person_named(session, name)


@contextmanager
def acting_or_station(name: str | None) -> Iterator[tuple[Session, Operator | None]]:
    """Open one transaction for a person, or (None) for the station itself."""
    with local_store() as store, store.write() as session:
        yield session, None if name is None else person_named(session, name)


@one_read
def person_named(session: Session, name: str) -> Operator:
    """Return the operator of a sign-in name, or raise NotFound: unknown, or the account is closed."""
    query = select(Account).where(Account.name == name.strip().lower(), Account.disabled_at.is_(None))
    account = session.scalars(query).one_or_none()
    if account is None:
        raise NotFound(f"Không có tài khoản nào tên «{name}», hoặc đã bị khóa.", code="operator.unknown")
    return account.operator()
