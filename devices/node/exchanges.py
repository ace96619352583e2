"""A clock exchange with the station: four instants, and what they prove; docs/protocol.md, Clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

LATEST_REPLY = timedelta(seconds=2)
"""A reply that took longer says too little about the clock to measure it by."""
SLOWEST_REPLY = timedelta(seconds=10)
"""Up to this, a late reply still says what is over and what is not, to within so long."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One clock exchange, microseconds: node's raw clock, station's, station's, node's."""

    sent_us: int
    received_us: int
    replied_us: int
    arrived_us: int

    @property
    def round_trip(self) -> float:
        """Return seconds on the way, both ways together, without the station's own time."""
        return ((self.arrived_us - self.sent_us) - (self.replied_us - self.received_us)) / 1e6

    @property
    def offset_us(self) -> int:
        """Return station minus node at the middle of the exchange."""
        return ((self.received_us - self.sent_us) + (self.replied_us - self.arrived_us)) // 2

    @property
    def is_late(self) -> bool:
        """Whether the answer took too long to measure the clock by it."""
        return self.arrived_us - self.sent_us > LATEST_REPLY // MICROSECOND

    @property
    def middle_us(self) -> int:
        """Return the middle of the exchange on the node's raw clock."""
        return (self.sent_us + self.arrived_us) // 2


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970 UTC of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)
