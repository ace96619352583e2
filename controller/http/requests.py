"""Values read from a request: its station, client address, session cookie and token."""

from typing import cast

from starlette.requests import Request

from controller.http.station import Station

TOUR_COOKIE = "loa-huong-dan"
"""Says that the strip of a trial's guided commune was put away in this browser."""
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def station_of(request: Request) -> Station:
    """Return the station that the pages belong to."""
    return cast("Station", request.app.state.station)


def cookie_name(request: Request) -> str:
    """Return the cookie's name; over https its prefix makes the browser refuse it from other hosts.

    Cookies do not know ports: a practice station on the machine of a real one has a name of its own.
    """
    name = "loa-tap-duot" if station_of(request).settings.is_practice else "loa"
    return f"__Host-{name}" if request.url.scheme == "https" else name


def address_of(request: Request) -> str:
    """Return the client's address, for limits and the journal."""
    return request.client.host if request.client else "?"


def is_from_this_machine(request: Request) -> bool:
    """Return whether a browser on the station's own machine asks, by that machine's name and no proxy."""
    is_direct = "x-forwarded-for" not in request.headers and "forwarded" not in request.headers
    return is_direct and address_of(request) in _THIS_MACHINE and request.url.hostname in _THIS_MACHINE


def is_for_json(request: Request) -> bool:
    """Return whether the JSON interface is asked, which shows no page."""
    return request.url.path.startswith("/api/")


def bearer_of(request: Request) -> str | None:
    """Return the token that a program sent, or None; only the JSON interface accepts tokens."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and is_for_json(request)
    return token.strip() if is_bearer else None


def token_of(request: Request) -> str:
    """Return the session's token as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(request), "")
