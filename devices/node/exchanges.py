"""A clock exchange with the station: four instants, and the offset from them; docs/protocol.md, Clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

LATEST_REPLY = timedelta(seconds=10)
"""A reply that took longer says too little: half of its round trip is the error."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange, microseconds: sent (node's clock), received, replied (station), arrived (node).

    What follows from the four is computed once: each new exchange is fitted with up to 31 older ones. With
    slots, because a node keeps 32 of them: 17 kB if each had a dictionary, 10 so.
    """

    sent_us: int
    received_us: int
    replied_us: int
    arrived_us: int
    round_trip: float = field(init=False, compare=False)
    """Seconds in transit, both directions together, without the station's processing time."""
    offset_us: int = field(init=False, compare=False)
    """Station minus node at the middle of the exchange, microseconds."""
    middle_us: int = field(init=False, compare=False)
    """The middle of the exchange on the node's raw clock, microseconds."""

    def __post_init__(self) -> None:
        """Compute what follows."""
        there, back = self.received_us - self.sent_us, self.replied_us - self.arrived_us
        object.__setattr__(self, "round_trip", (there - back) / 1e6)
        object.__setattr__(self, "offset_us", (there + back) // 2)
        object.__setattr__(self, "middle_us", (self.sent_us + self.arrived_us) // 2)


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970 UTC of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)
