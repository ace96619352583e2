"""Changes of areas, one transaction each, then the station is woken; some need the person's own key."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from controller.errors import NotAllowed
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import Unlocked, unlock_key
from controller.features.accounts.viewer import Viewer
from controller.http.station import Station
from controller.model.permissions import Act
from devices.ids import Role

T = TypeVar("T")


def change(station: Station, act: Callable[[Session], T]) -> T:
    """Make the change in one transaction, and wake the station."""
    with station.store.write() as session:
        done = act(session)
    station.wake()
    return done


def change_signed(
    station: Station, viewer: Viewer, tries: Tries, password: str, act: Callable[[Session, Unlocked], T]
) -> T:
    """Open the person's key, which takes 0.25 s, before the write transaction begins."""
    if not viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới làm được việc này.")
    with tries.counted(viewer.tried_as, Purpose.RULING):
        key = unlock_key(
            station.store, viewer.operator, role=Role.ADMINISTRATOR, password=password, now=station.now()
        )
    return change(station, lambda session: act(session, key))
