"""Links of nodes in one event loop: to the broker of their enrolment, or to where a home document leads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from devices.fleet_link import AsyncLink, LinkHub
from devices.ids import NodeId
from devices.link_api import Address, LinkDown, Message, Will
from devices.node.effects import ConnectTo, Publish, Subscribe, Unsubscribe


class WilledNode(Protocol):
    """A node as its link needs it."""

    @property
    def id(self) -> NodeId:
        """Return its name, which is its client id."""

    def will(self) -> Will:
        """Return the last will of the session that begins."""


class Linked(Protocol):
    """A node with its link; the filters are those that it subscribed to since it connected."""

    @property
    def node(self) -> WilledNode:
        """Return the node."""

    link: AsyncLink | None
    filters: set[str]
    is_elsewhere: bool
    """Whether its link leads to another broker than that of its enrolment."""


S = TypeVar("S", bound=Linked)


@dataclass(frozen=True, slots=True)
class HomeLinks(Generic[S]):
    """Makes, replaces and cuts links; each node keeps its user name and password wherever it goes."""

    hub: LinkHub
    came: Callable[[S, Message], None]
    rose: Callable[[S], None]
    fell: Callable[[S], None]

    def boot(self, seat: S) -> None:
        """Begin where the node was enrolled; its brain says at once if it lives elsewhere."""
        if seat.is_elsewhere:
            seat.is_elsewhere, seat.link = False, None

    def start(self, seat: S) -> None:
        """Connect; nothing happens if it does already."""
        if seat.link is None:
            seat.link = self._link(seat, self.hub.address)
        seat.link.start()

    def cut(self, seat: S) -> None:
        """Lose the connection, without a farewell."""
        if seat.link is not None:
            seat.link.cut()
        self.forget_filters(seat)

    def forget_filters(self, seat: S) -> None:
        """Forget what the node subscribed to: it subscribes to everything again when it connects."""
        if seat.link is not None:
            seat.link.unsubscribe(*seat.filters)
        seat.filters.clear()

    def listen(self, seat: S, effect: Subscribe | Unsubscribe) -> None:
        """Subscribe or unsubscribe."""
        if seat.link is None:
            return
        if isinstance(effect, Subscribe):
            seat.filters.update(effect.filters)
            seat.link.subscribe(*effect.filters)
        else:
            seat.filters.difference_update(effect.filters)
            seat.link.unsubscribe(*effect.filters)

    def publish(self, seat: S, message: Publish) -> bool:
        """Send, and return whether the link took it: what it did not the brain repeats, if it matters."""
        if seat.link is None:
            return False
        try:
            seat.link.publish(message.topic, message.payload, message.qos, retain=message.retain)
        except LinkDown:
            return False
        return True

    def move(self, seat: S, to: ConnectTo) -> None:
        """Leave the present broker for another one."""
        self.cut(seat)
        home = self.hub.address
        address = Address.of(to.broker, to.authorities or home.authorities)
        seat.is_elsewhere = True
        seat.link = self._link(seat, address.signed_in(home.user, home.password))
        seat.link.start()

    def _link(self, seat: S, address: Address) -> AsyncLink:
        return self.hub.link(
            seat.node.id,
            will=seat.node.will,
            on_message=lambda message: self.came(seat, message),
            on_up=lambda: self.rose(seat),
            on_down=lambda: self.fell(seat),
            address=address,
        )
