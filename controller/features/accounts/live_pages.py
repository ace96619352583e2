"""Live pages: a page consists of pieces; each piece is sent again when it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from starlette.responses import Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import Visit, header_of
from controller.features.accounts.sessions import operator_of_token
from controller.http.live import Live, PageElement, stream
from controller.http.render import fragment, frame_of, page
from controller.http.station import Station
from controller.store import Session

_STREAMS = "/song"
_ALARM_BAR = "thanh-khan"
"""The element of every page that says what sounds as an emergency, and stops it."""
Load = Callable[[Session], Mapping[str, Any]]
"""Reads what the page shows, in the transaction that it is given."""


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page: its template, and its pieces by element id."""

    template: str
    pieces: Mapping[str, str]

    def show(
        self, visit: Visit, load: Load, *, place: str = "", error: LoaError | None = None, **extra: Any
    ) -> Response:
        """Return the whole page; `extra` is for the first rendering only, `place` is its URL with query.

        `error`: why what was sent was refused.
        """
        with visit.store.read() as session:
            context = load(session)
        address = f"{_STREAMS}{(place or visit.request.url.path).rstrip('/')}"
        shown = {"viewer": visit.viewer, "stream": address, **context, **extra}
        return page(visit.request, self.template, shown, error=error)

    def follow(self, visit: Visit, load: Load) -> Response:
        """Return the stream of changed pieces."""
        request, station, viewer = visit.request, visit.station, visit.viewer
        live = cast("Live", request.app.state.live)
        place = request.url.path.removeprefix(_STREAMS) or "/"

        def render() -> list[PageElement]:
            with station.store.read() as session:
                context = frame_of(station, viewer, place) | dict(load(session))
                context["alarms"] = header_of(request).alarms(session, viewer.scope, station.now())
            pieces = {_ALARM_BAR: "thanh_khan.html", **self.pieces}
            return [PageElement(name, fragment(template, context)) for name, template in pieces.items()]

        key = (request.url.path, request.url.query, viewer.operator.id)
        return stream(live, key, render, lambda: _is_welcome(station, viewer.token), viewer.operator.id)


def _is_welcome(station: Station, token: str) -> bool:
    with station.store.read() as session:
        return operator_of_token(session, token, station.now()) is not None
