"""What goes out to the broker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One retained document for the broker; an empty payload takes the topic back."""

    topic: str
    payload: bytes
    published_id: int
    version: int
