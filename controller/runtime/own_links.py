"""Additional broker connections of the station, so that bulk data does not delay urgent messages."""

from collections.abc import Callable

from controller.errors import StartFailed
from devices.link import Link
from devices.link_api import Address, OnMessage, Options

AUDIO, CLOCK = "audio", "clock"


def own_link(
    what: str,
    broker_url: str,
    own_url: str,
    *,
    on_message: OnMessage | None = None,
    may_speak: Callable[[], bool] = lambda: True,
) -> Link | None:
    """Return a link for one purpose; None: use the station's, whose user may have one connection only.

    A broker for a province uses the user name as client id, so that a second connection of one user would
    disconnect the first: there, a purpose gets its own link only if it has its own user (`own_url`).
    """
    try:
        if not own_url and Address.of(broker_url).user is not None:
            return None
        name = f"loa-station-{what}"
        options = Options(name, may_speak=may_speak)
        return Link(own_url or broker_url, name, on_message=on_message, options=options)
    except ValueError as error:
        setting = f"LOA_{what.upper()}_BROKER_URL" if own_url else "LOA_BROKER_URL"
        # the address has a password, and this goes into logs
        raise StartFailed(
            f"Địa chỉ trạm trung chuyển không đúng. Viết {setting} như mqtt://may-chu:1883.",
            code="broker.address",
        ) from error
