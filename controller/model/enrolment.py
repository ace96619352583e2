"""Addresses and keys that a node gets when it enrols."""

from dataclasses import dataclass

from devices.jose import SigningKey


@dataclass(frozen=True, slots=True)
class Welcome:
    """Addresses of station and broker, and the root key, sent to a node with its name."""

    address: str
    """Address of the station for nodes and technicians: https in a province."""
    broker: str
    """Address of the broker for nodes, without a password."""
    root_public: str
    key: SigningKey
