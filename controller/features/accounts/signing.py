"""A person signs on the station's own machine: the password is asked for, and opens the person's key."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from controller.client.credentials import own_password
from controller.client.local_client import local_store, person_named
from controller.clocks import utc_now
from controller.features.accounts.queries import require
from controller.features.accounts.service import Unlocked, unlock_key
from controller.model.permissions import Act, Operator
from devices.ids import Role


@contextmanager
def signing(name: str) -> Iterator[tuple[Session, Operator, Unlocked]]:
    """Open one transaction in the name of an administrator, with the administrator's key.

    It begins only after the password was typed: typing must not hold the write lock.
    """
    with local_store() as store:
        with store.read() as session:
            person = person_named(session, name)
            require(session, person, Act.RULE, person.area)
        password = own_password(name)
        key = unlock_key(store, person, role=Role.ADMINISTRATOR, password=password, now=utc_now())
        with store.write() as session:
            yield session, person_named(session, name), key
