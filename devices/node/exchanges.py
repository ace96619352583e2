"""A clock exchange with the station: four instants, and the offset from them; docs/protocol.md, Clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

LATEST_REPLY = timedelta(seconds=10)
"""A reply that took longer says too little: half of its round trip is the error."""


@dataclass(frozen=True)
class Exchange:
    """One exchange, microseconds: sent (node's clock), received, replied (station), arrived (node).

    What follows from the four is computed once: each new exchange is fitted with up to 31 older ones.
    """

    sent_us: int
    received_us: int
    replied_us: int
    arrived_us: int

    @cached_property
    def round_trip(self) -> float:
        """Return the seconds in transit, both directions together, without the station's processing time."""
        return ((self.arrived_us - self.sent_us) - (self.replied_us - self.received_us)) / 1e6

    @cached_property
    def offset_us(self) -> int:
        """Return station minus node at the middle of the exchange, microseconds."""
        return ((self.received_us - self.sent_us) + (self.replied_us - self.arrived_us)) // 2

    @cached_property
    def middle_us(self) -> int:
        """Return the middle of the exchange on the node's raw clock, microseconds."""
        return (self.sent_us + self.arrived_us) // 2


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970 UTC of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)
