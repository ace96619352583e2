"""FastAPI dependencies: the station, and who is signed in, by the cookie or by a program's token."""

from collections.abc import Awaitable, Callable, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from controller.errors import ChangePasswordFirst, EnrolFirst, LoaError, NotAllowed, NotSignedIn
from controller.features.accounts.known_devices import LIFE, device_cookie, known_device
from controller.features.accounts.queries import operator_named
from controller.features.accounts.rate_limits import BearerSecret, Tries
from controller.features.accounts.scope import Scope, scope_of
from controller.features.accounts.second_factor import has_second_factor, needs_second_factor
from controller.features.accounts.sessions import ABSOLUTE, operator_of_token, touch, wants_touch
from controller.features.accounts.tokens import TOUCH_EVERY, bearer, touch_token
from controller.features.accounts.touches import LONGEST_TOUCH, SentTouch
from controller.features.accounts.viewer import Caller, Viewer
from controller.http.form_fields import SentId
from controller.http.lanes import in_lane, is_urgent
from controller.http.requests import (
    TOUR_COOKIE,
    address_of,
    bearer_of,
    cookie_name,
    is_for_json,
    station_of,
    token_of,
)
from controller.http.station import Station
from controller.model.permissions import Act, Operator
from controller.store import one_read


class PageHeader(Protocol):
    """What the head of every page says; features above this one know it, and the site hands it in."""

    def waiting(self, session: Session, operator: Operator, scope: Scope) -> int:
        """How many bulletins wait for this person's approval."""

    def asked(self, session: Session, operator: Operator, scope: Scope, now: datetime) -> Sized:
        """What waits for the word of this person's commune."""

    def alarms(self, session: Session, scope: Scope, now: datetime) -> Sequence[object]:
        """What sounds or waits as an emergency, a line each."""

    def tour(
        self, session: Session, station: Station, operator: Operator, scope: Scope, *, is_put_away: bool
    ) -> object | None:
        """What the strip of a trial's guided commune says; None at other stations."""


def header_of(request: Request) -> PageHeader:
    """Return what knows the head of the site's pages."""
    return cast("PageHeader", request.app.state.header)


async def _station(request: Request) -> Station:
    """As `station_of`, without a thread: FastAPI runs a dependency that is no coroutine in its own pool."""
    return station_of(request)


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


def _device_cookie_name(request: Request) -> str:
    return f"{cookie_name(request)}-may"


def device_of(request: Request, name: str) -> str | None:
    """Return the browser's number if this person has signed in from it before, or None."""
    station, cookie = station_of(request), request.cookies.get(_device_cookie_name(request), "")
    return known_device(station.store.signer, name, cookie, station.now()) if cookie else None


def note_tried(request: Request, name: str, error: LoaError) -> None:
    """Keep for the security log at whose account somebody tried to sign in, and how it ended.

    Nothing is kept of a name that belongs to no account: people type passwords into that field.
    """
    with station_of(request).store.read() as session:
        person = operator_named(session, name)
    request.state.tried = "" if person is None else person.id
    request.state.refusal = error.code


def remember_device(request: Request, response: Response, name: str) -> None:
    """Have the browser keep that this person has signed in from it; it lets nobody in."""
    station = station_of(request)
    cookie = device_cookie(station.store.signer, name, station.now())
    if cookie is not None:
        response.set_cookie(
            _device_cookie_name(request),
            cookie,
            max_age=int(LIFE.total_seconds()),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def tries_of(request: Request) -> Tries:
    """Return the site's memory of failed sign-ins."""
    return cast("Tries", request.app.state.tries)


@one_read
def viewer_in(session: Session, request: Request, token: str) -> Viewer | None:
    """Return who the session's token belongs to; for a page also what its head says, some five queries."""
    station, header = station_of(request), header_of(request)
    operator = operator_of_token(session, token, station.now()) if token else None
    if operator is None:
        return None
    scope = scope_of(session, operator)
    lacks = station.require_totp and needs_second_factor(operator)
    lacks = lacks and not has_second_factor(session, operator.id)
    if is_for_json(request):
        return Viewer(operator, scope, 0, (), token, lacks_factor=lacks)
    waiting = header.waiting(session, operator, scope)
    asked = header.asked(session, operator, scope, station.now())
    alarms = header.alarms(session, scope, station.now())
    is_put_away = TOUR_COOKIE in request.cookies
    tour = header.tour(session, station, operator, scope, is_put_away=is_put_away)
    return Viewer(operator, scope, waiting, asked, token, alarms, tour, lacks)


def entering(request: Request) -> Viewer:
    """Return the signed-in person, also one who has to choose a password first; or raise NotSignedIn.

    A token excludes the cookie: what comes with one is judged by it alone. The last use is noted once a
    minute.
    """
    token = bearer_of(request)
    viewer = _by_cookie(request) if token is None else _by_bearer(request, token)
    request.state.viewer = viewer
    return viewer


def known(request: Request) -> Viewer:
    """Return the signed-in person, also one without the second factor; or raise ChangePasswordFirst."""
    viewer = entering(request)
    if viewer.operator.first_password:
        raise ChangePasswordFirst(
            "Mật khẩu này do người khác cấp. Hãy chọn mật khẩu của riêng bạn trước, ở trang Tài khoản."
        )
    return viewer


def signed_in(request: Request) -> Viewer:
    """Return the signed-in person who may go on; NotSignedIn, or EnrolFirst without the second factor."""
    viewer = known(request)
    if viewer.lacks_factor:
        raise EnrolFirst("Vai trò của bạn cần mã xác thực hai bước. Hãy gắn mã trước, ở trang Tài khoản.")
    return viewer


def entering_in_person(request: Request) -> Viewer:
    """Return the signed-in person, for whom no token acts: who may choose a password."""
    return _not_by_token(entering(request))


def known_in_person(request: Request) -> Viewer:
    """Return the signed-in person; what one does with one's own account no token may do."""
    return _not_by_token(known(request))


def in_person(request: Request) -> Viewer:
    """Return the signed-in person who may go on, and for whom no token acts."""
    return _not_by_token(signed_in(request))


def _not_by_token(viewer: Viewer) -> Viewer:
    if viewer.operator.acts is not None:
        raise NotAllowed("Việc này phải do chính người dùng đăng nhập rồi làm.", code="token.not-in-person")
    return viewer


def _by_cookie(request: Request) -> Viewer:
    station, token = station_of(request), token_of(request)
    with station.store.read() as session:
        viewer = viewer_in(session, request, token)
        worn = viewer is not None and wants_touch(session, token, station.now())
    if viewer is None:
        raise NotSignedIn("Hãy đăng nhập để tiếp tục.")
    if worn:
        with station.store.write(urgent=is_urgent()) as session:
            touch(session, token, station.now())
    return viewer


def _by_bearer(request: Request, token: str) -> Viewer:
    station, now = station_of(request), station_of(request).now()
    with station.store.read() as session:
        found = bearer(session, token, now)
        scope = None if found is None else scope_of(session, found[1])
    if found is None or scope is None:
        # only who brings a wrong one is ever turned away: right ones were found above
        tries_of(request).check_offered(BearerSecret.TOKEN, address_of(request))
        tries_of(request).failed_offered(BearerSecret.TOKEN, address_of(request))
        raise NotSignedIn("Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi.", code="token.unknown")
    row, operator = found
    tries_of(request).called(row.id)
    if request.method in {"GET", "HEAD"} and Act.SEE not in (operator.acts or ()):
        raise NotAllowed("Mã truy cập này không được cấp quyền xem.", code="token.not-see")
    if row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY:
        with station.store.write(urgent=is_urgent()) as session:
            touch_token(session, row.id, now)
    return Viewer(operator, scope, 0, (), "")


def _in_lane(judge: Callable[[Request], Viewer]) -> Callable[[Request], Awaitable[Viewer]]:
    async def judged(request: Request) -> Viewer:
        return await in_lane(judge, request)

    return judged


_SIGNED, _KNOWN = _in_lane(signed_in), _in_lane(known)
_ENTERING_IN_PERSON, _IN_PERSON = _in_lane(entering_in_person), _in_lane(in_person)
Signed = Annotated[Viewer, Depends(_SIGNED)]
Known = Annotated[Viewer, Depends(_KNOWN)]
EnteringInPerson = Annotated[Viewer, Depends(_ENTERING_IN_PERSON)]
KnownInPerson = Annotated[Viewer, Depends(_in_lane(known_in_person))]
TheStation = Annotated[Station, Depends(_station)]


@dataclass(frozen=True, slots=True)
class Visit(Caller):
    """A caller with the request that they sent."""

    request: Request

    @property
    def tries(self) -> Tries:
        """The site's memory of failed sign-ins, codes and passwords."""
        return tries_of(self.request)


def _visit_of(judged: Callable[[Request], Awaitable[Viewer]]) -> Callable[..., Awaitable[Visit]]:
    async def visited(
        request: Request, station: TheStation, viewer: Annotated[Viewer, Depends(judged)]
    ) -> Visit:
        return Visit(station, viewer, request, is_urgent=is_urgent())

    return visited


SignedVisit = Annotated[Visit, Depends(_visit_of(_SIGNED))]
KnownVisit = Annotated[Visit, Depends(_visit_of(_KNOWN))]
EnteringVisit = Annotated[Visit, Depends(_visit_of(_ENTERING_IN_PERSON))]
InPersonVisit = Annotated[Visit, Depends(_visit_of(_IN_PERSON))]
Proof = Annotated[str, Form(alias="xac_nhan", max_length=500)]
"""A fresh proof of who acts, as a page's form sends it (proof.py)."""


def _sent_touch(
    khoa: SentId = "",
    luc: SentId = "",
    chu_ky: Annotated[str, Form(max_length=LONGEST_TOUCH)] = "",
    hoi: Annotated[str, Form(max_length=1)] = "",
) -> SentTouch:
    return SentTouch(khoa, luc, chu_ky, bool(hoi))


FormTouch = Annotated[SentTouch, Depends(_sent_touch)]
"""A passkey's part of a form (touches.py)."""
