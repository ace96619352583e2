"""Changes of areas that the person's own key signs: one transaction, then the station is woken."""

from collections.abc import Callable
from typing import TypeVar

from controller.errors import NotAllowed
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.rate_limits import Purpose
from controller.features.accounts.service import unlock_key
from controller.model.permissions import Act
from devices.ids import Role

T = TypeVar("T")


def change_signed(visit: Visit, password: str, act: Callable[..., T]) -> T:
    """Open the person's key, which takes 0.25 s, before the write transaction begins; then do the act."""
    if not visit.viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới làm được việc này.")
    by, now = visit.by, visit.now()
    with visit.tries.counted(visit.viewer.tried_as, Purpose.RULING):
        key = unlock_key(visit.store, by, role=Role.ADMINISTRATOR, password=password, now=now)
    with visit.store.write() as session:
        done = act(session, by=by, password=key, now=now)
    visit.station.wake()
    return done
