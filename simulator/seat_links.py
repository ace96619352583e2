"""The links of a fleet's nodes: to the broker of their enrolment, or to where a home document leads."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.fleet_link import AsyncLink, LinkHub
from devices.link_api import Address, Message
from devices.node.effects import ConnectTo
from simulator.pump import Seat


@dataclass(frozen=True, slots=True)
class SeatLinks:
    """Makes, replaces and cuts links; each node keeps its user name and password wherever it goes."""

    hub: LinkHub
    came: Callable[[Seat, Message], None]
    rose: Callable[[Seat], None]
    fell: Callable[[Seat], None]

    def boot(self, seat: Seat) -> None:
        """Begin where the node was enrolled; its brain says at once if it lives elsewhere."""
        if seat.is_elsewhere:
            seat.is_elsewhere, seat.link = False, None

    def start(self, seat: Seat) -> None:
        """Connect; nothing happens if it does already."""
        if seat.link is None:
            seat.link = self._link(seat, self.hub.address)
        seat.link.start()

    def cut(self, seat: Seat) -> None:
        """Lose the connection, without a farewell."""
        if seat.link is not None:
            seat.link.cut()
            seat.link.unsubscribe(*seat.filters)
        seat.filters.clear()

    def move(self, seat: Seat, to: ConnectTo) -> None:
        """Leave the present broker for another one."""
        self.cut(seat)
        home = self.hub.address
        address = Address.of(to.broker, to.authorities or home.authorities)
        seat.is_elsewhere = True
        seat.link = self._link(seat, address.signed_in(home.user, home.password))
        seat.link.start()

    def _link(self, seat: Seat, address: Address) -> AsyncLink:
        return self.hub.link(
            seat.node.id,
            will=seat.node.will,
            on_message=lambda message: self.came(seat, message),
            on_up=lambda: self.rose(seat),
            on_down=lambda: self.fell(seat),
            address=address,
        )
