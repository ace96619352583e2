"""Values read from a request: its station, client address, session cookie and token."""

from typing import cast

from starlette.requests import Request

from controller.http.station import Station


def station_of(request: Request) -> Station:
    """Return the station that the pages belong to."""
    return cast("Station", request.app.state.station)


def cookie_name(request: Request) -> str:
    """Return the cookie's name; over https its prefix makes the browser refuse it from other hosts."""
    return "__Host-loa" if request.url.scheme == "https" else "loa"


def address_of(request: Request) -> str:
    """Return the client's address, for limits and the journal."""
    return request.client.host if request.client else "?"


def bearer_of(request: Request) -> str | None:
    """Return the token that a program sent, or None; only the JSON interface accepts tokens."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and request.url.path.startswith("/api/")
    return token.strip() if is_bearer else None


def token_of(request: Request) -> str:
    """Return the session's token as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(request), "")
