"""Ways to a station that a command may take: a person signed in where it runs, or this machine's own data."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from sqlalchemy.orm import Session

from controller.client.http_client import RemoteStation, signed_in
from controller.client.local_client import LocalCaller, local_store, person_named, reading
from controller.clocks import utc_now
from controller.terminal.commands import Given
from controller.terminal.options import AsPerson, AtStation


@contextmanager
def _running(station: AtStation = None) -> Iterator[RemoteStation]:
    with signed_in(station) as here:
        yield here


@contextmanager
def _acting(as_person: AsPerson) -> Iterator[LocalCaller]:
    with local_store() as store:
        yield LocalCaller(store, person_named(store, as_person), utc_now())


Running = Annotated[RemoteStation, Given(_running)]
"""The station that runs, for the person of this machine's settings; `--station`."""
Reading = Annotated[Session, Given(reading)]
"""One snapshot of this machine's data."""
Acting = Annotated[LocalCaller, Given(_acting)]
"""A person who acts on this machine's data; `--as`."""
