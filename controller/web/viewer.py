"""Who is signed in: the cookie, the session behind it, and what the person may see."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from controller.airings.lifecycle import Event, is_possible
from controller.errors import NotSignedIn
from controller.operators.permissions import Act, Operator
from controller.operators.signing_in import ABSOLUTE, operator_of_token, touch, wants_touch
from controller.web.queries import count_waiting
from controller.web.scope import Scope, scope_of
from controller.web.station import Station
from controller.web.views import AiringView


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as a page sees them."""

    operator: Operator
    scope: Scope
    waiting: int
    """Bulletins that wait for this person's approval."""
    token: str

    def may_stop(self, airing: AiringView) -> bool:
        """Whether the stop button of an airing is drawn: by its state, and in all of its areas."""
        possible = is_possible(airing.state, Event.CANCEL)
        return possible and self.scope.may(self.operator, Act.STOP, airing.targets)

    def may(self, act: Act) -> bool:
        """Whether the person may do it in the own area: for buttons."""
        return self.scope.may(self.operator, act)


def station_of(request: Request) -> Station:
    """Return the station that the pages belong to."""
    return cast("Station", request.app.state.station)


def cookie_name(request: Request) -> str:
    """Return the cookie's name: over https the browser itself forbids anyone else to set it."""
    return "__Host-loa" if request.url.scheme == "https" else "loa"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser the session; scripts cannot read it."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def token_of(request: Request) -> str:
    """Return the session's token as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(request), "")


def viewer_in(session: Session, station: Station, token: str) -> Viewer | None:
    """Return who the token belongs to; three queries."""
    operator = operator_of_token(session, token, station.now()) if token else None
    if operator is None:
        return None
    scope = scope_of(session, operator)
    return Viewer(operator, scope, count_waiting(session, operator, scope), token)


def signed_in(request: Request) -> Viewer:
    """Return the signed-in person, or raise NotSignedIn; the session's last use is noted once a minute."""
    station = station_of(request)
    token = token_of(request)
    with station.store.read() as session:
        viewer = viewer_in(session, station, token)
        worn = viewer is not None and wants_touch(session, token, station.now())
    if viewer is None:
        raise NotSignedIn("Hãy đăng nhập để tiếp tục.")
    if worn:
        with station.store.write() as session:
            touch(session, token, station.now())
    request.state.viewer = viewer
    return viewer


Signed = Annotated[Viewer, Depends(signed_in)]
TheStation = Annotated[Station, Depends(station_of)]
