"""Rate limits of messages per node: the station drops the excess unread; docs/protocol.md, "Budgets"."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket: `burst` at once, then `a_second`; a message above `most_bytes` is always dropped."""

    burst: int
    a_second: float
    most_bytes: int


BUDGETS: Final = {
    "state": Budget(60, 1.0, 32_768),
    "vitals": Budget(60, 1.0, 16_384),
    "receipt": Budget(60, 1.0, 262_144),
    "want": Budget(240, 8.0, 16_384),
    "time": Budget(60, 2.0, 4_096),
}
"""Messages of one node by channel. Usual are 2 states and 8 clock requests per connection, then vitals
every 30 s and a clock request every 20 s; a want per recording every 4 s; and 20 messages of receipts (all
2,000 that it stores) after an outage, sent up to three times before they are committed."""
COMMITTED: Final = Budget(10_000, 0.1, 0)
"""Receipts that are committed for one node: those of an outage of months at once, then 360 an hour."""
