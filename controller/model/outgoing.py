"""Documents that the station publishes at the broker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One retained document; an empty payload deletes it at the broker."""

    topic: str
    payload: bytes
    published_id: int
    version: int
