"""What a node says of itself: birth and death of its sessions, and its vitals; docs/protocol.md."""

from datetime import datetime

from devices import topics
from devices.ids import ClockTrust
from devices.messages import MOST_MISSING, NodeState, Vitals
from devices.node.choosing import MILLISECOND, Choosing
from devices.node.clock import StationClock
from devices.node.effects import Publish
from devices.node.identity import NodeIdentity
from devices.node.memory import NodeMemory
from devices.node.playing import Playing


class Reports:
    """Makes the messages in which a node says how it is."""

    def __init__(
        self,
        identity: NodeIdentity,
        memory: NodeMemory,
        clock: StationClock,
        choosing: Choosing,
        playing: Playing,
    ) -> None:
        self._identity = identity
        self._memory = memory
        self._choosing = choosing
        self._playing = playing
        self._clock = clock
        self._volume = 0

    def birth(self, session: int, now: datetime, home: int | None) -> Publish:
        """Return the first message of a session; `home`: the version of the home at which the node lives."""
        at = self._clock.station(now) if self._clock.is_set else None
        return self._state(session, online=True, at=at, home=home)

    def death(self, session: int) -> Publish:
        """Return the last will of a session, which cannot say when."""
        return self._state(session, online=False, at=None)

    def _state(self, session: int, *, online: bool, at: datetime | None, home: int | None = None) -> Publish:
        state = NodeState(
            node=self._identity.node,
            session=session,
            online=online,
            at=at,
            software=self._identity.software,
            home=home,
            capabilities=self._identity.capabilities if online else None,
        )
        return Publish(topics.state(self._identity.node), state.payload(), qos=1, retain=True)

    def vitals(self, session: int, now: datetime, chunks_refused: int, missing: tuple[str, ...]) -> Publish:
        """Return how the node is now; `missing`: documents that the station has and that do not come."""
        sound = self._playing.sound
        self._volume = sound.volume if sound is not None else self._volume
        error = self._clock.error(now)
        vitals = Vitals(
            node=self._identity.node,
            session=session,
            at=self._clock.station(now) if self._clock.is_set else None,
            clock_offset_ms=round(self._clock.offset(now) / MILLISECOND, 3) if self._clock.is_set else None,
            clock_error_ms=round(error / MILLISECOND, 3) if error is not None else None,
            clock_source=self._clock.source(now),
            trust=ClockTrust.NONE if self._choosing.why_silent(now) else self._clock.trust(now),
            volume=self._volume,
            storage_free=self._memory.storage_free,
            sounding=sound.airing if sound is not None else None,
            chunks_refused=chunks_refused,
            missing=missing[:MOST_MISSING],
        )
        return Publish(topics.vitals(self._identity.node), vitals.payload(), qos=0)
