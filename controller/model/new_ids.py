"""New ids: short, sortable by age, valid in topics and URLs."""

import secrets
from datetime import datetime

_RANDOM_BYTES = 5
"""40 random bits beside the millisecond, so that two ids of one millisecond differ."""


def new_id(now: datetime) -> str:
    """Return a new id of 21 characters: milliseconds since 1970 in hexadecimal, then randomness."""
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(_RANDOM_BYTES)}"
