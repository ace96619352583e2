"""What a request says of itself: its station, where it comes from, and what it was sent with."""

from typing import cast

from starlette.requests import Request

from controller.http.station import Station


def station_of(request: Request) -> Station:
    """Return the station that the pages belong to."""
    return cast("Station", request.app.state.station)


def cookie_name(request: Request) -> str:
    """Return the cookie's name: over https the browser itself forbids anyone else to set it."""
    return "__Host-loa" if request.url.scheme == "https" else "loa"


def address_of(request: Request) -> str:
    """Return where a request comes from, for limits and the journal."""
    return request.client.host if request.client else "?"


def bearer_of(request: Request) -> str | None:
    """Return the token that a program sent, or None; pages know none, only the JSON interface does."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and request.url.path.startswith("/api/")
    return token.strip() if is_bearer else None


def token_of(request: Request) -> str:
    """Return the session's token as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(request), "")
