"""Which leaves of the tree of brokers are connected to the root, as the root says; docs/broker-tree.md."""

import logging
from collections.abc import Iterable

from controller.host.metrics import LEAF_UP
from controller.host.mosquitto_files import state_topic

_LOG = logging.getLogger(__name__)
_UP = b"1"


class BrokerLeaves:
    """Follows the state that each leaf's bridge keeps at the root; the root says `0` when it loses one."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {state_topic(name): name for name in names}
        self._up: dict[str, bool] = {}
        self.connected()

    @property
    def topics(self) -> tuple[str, ...]:
        """Return what to subscribe to."""
        return tuple(self._names)

    def away(self) -> tuple[str, ...]:
        """Return the leaves of which the root has not said that they are connected."""
        return tuple(name for name in self._names.values() if not self._up.get(name))

    def connected(self) -> None:
        """Count a leaf as away until the root, which may have forgotten everything, says otherwise."""
        for name in self._names.values():
            LEAF_UP.labels(name).set(0)

    def saw(self, topic: str, payload: bytes) -> bool:
        """Note a leaf's state; return whether the topic is a leaf's."""
        name = self._names.get(topic)
        if name is None:
            return False
        is_up = payload == _UP
        LEAF_UP.labels(name).set(is_up)
        if self._up.get(name) is not is_up:
            _LOG.log(
                logging.INFO if is_up else logging.ERROR,
                "broker %s is %s",
                name,
                "connected to the root" if is_up else "away: its loudspeakers hear nothing new",
            )
        self._up[name] = is_up
        return True
