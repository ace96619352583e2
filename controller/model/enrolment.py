"""What a node is told when it enrols."""

from dataclasses import dataclass

from devices.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the station tells a node beside its name: where things are, and who vouches for it."""

    address: str
    """Where nodes and technicians reach the station: https in a province."""
    broker: str
    """Where nodes reach the broker, without a password."""
    root_public: str
    key: SigningKey
