"""Says at the broker whether the station is there: a retained state and a will; docs/protocol.md, Topics."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from controller.host.software import software
from devices import topics
from devices.link_api import AnyLink, LinkDown, Will
from devices.messages import StationState

_FAREWELL_S: Final = 2.0
"""Seconds to wait for the broker to have the farewell; after that its will says the same."""


@dataclass
class OwnState:
    """The station's own state: online after each connect, offline before it leaves, and as its will."""

    now: Callable[[], datetime]
    epoch: int
    _is_due: threading.Event = field(default_factory=threading.Event)

    def will(self) -> Will:
        """Return what the broker says when the connection is lost."""
        return Will(topics.STATION_STATE, self._state(online=False, at=None).payload())

    def connected(self) -> None:
        """Note that the broker must be told; cheap, for the link's own thread."""
        self._is_due.set()

    def tell(self, link: AnyLink) -> None:
        """Say that the station is there, if the broker was not told since the connect."""
        if not self._is_due.is_set() or not link.is_up:
            return
        self._is_due.clear()
        self._say(link, online=True)

    def leave(self, link: AnyLink) -> None:
        """Say that the station goes, before an orderly end, after which there is no will."""
        self._say(link, online=False)

    def _say(self, link: AnyLink, *, online: bool) -> None:
        state = self._state(online=online, at=self.now())
        try:
            said = link.publish(topics.STATION_STATE, state.payload(), 1, retain=True)
        except LinkDown:
            self._is_due.set()
            return
        if not online:
            said.wait(_FAREWELL_S)

    def _state(self, *, online: bool, at: datetime | None) -> StationState:
        return StationState(online=online, at=at, software=software(), epoch=self.epoch)
