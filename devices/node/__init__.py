"""The logic of a loudspeaker, sans-IO: events in, effects out; docs/protocol.md is its contract."""

from devices.node.brain import Brain
from devices.node.identity import NodeIdentity
from devices.node.memory import NodeMemory

__all__ = ["Brain", "NodeIdentity", "NodeMemory"]
