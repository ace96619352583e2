"""Builds the web application: pages, JSON, live streams and errors for one running station."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from controller.errors import LoaError
from controller.features.accounts.dependencies import entering
from controller.features.accounts.rate_limits import Tries
from controller.features.airings.heard import is_whole, percent_heard
from controller.features.airings.page_queries import sounding_now
from controller.features.airings.views import AIRING_SIGNS, together_words, whole_ms_of
from controller.features.bulletins.signs import BULLETIN_SIGNS, progress_words
from controller.features.fleet.signs import NODE_SIGNS
from controller.features.guide.tour import tour_of
from controller.features.listeners.emergencies import EmergencyBoard
from controller.features.listeners.rate_limits import ListenerLimits
from controller.features.schedules.sentences import WEEKDAYS
from controller.features.today.header import Header
from controller.http import assets
from controller.http import error_pages as errors
from controller.http.guard import BodyLimits, Guard
from controller.http.lanes import Lanes
from controller.http.live import Live
from controller.http.refusals import describe_refusals
from controller.http.render import offer
from controller.http.signs import StatusTone
from controller.http.station import Station
from controller.http.words import GRADE_WORDS
from controller.routes import DESCRIPTION, add_routes
from tts.errors import DamagedSound, NoSpace, StoreAway


class _Guarded(FastAPI):
    """A site whose guard is the outermost layer, also around the handling of internal errors."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers that a request passes; `add_middleware` would put the guard further in."""
        return Guard(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description of the JSON interface."""
        if self.openapi_schema is None:
            describe_refusals(super().openapi())
        return super().openapi()


def make_site(station: Station) -> FastAPI:
    """Return the site of a station; it starts and stops with the server that runs it."""
    return put_before(station, lay_out())


class _Head(Header):
    """The head of every page, with the guided commune of a trial."""

    tour = staticmethod(tour_of)


def lay_out() -> FastAPI:
    """Return a site without a station; building its hundreds of routes takes about a second."""
    site = _Guarded(
        title="Loa",
        version="1",
        description=DESCRIPTION,
        lifespan=_until_streams_end,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    site.add_middleware(BodyLimits)
    offer(
        progress_words=progress_words,
        together_words=together_words,
        WEEKDAYS=WEEKDAYS,
        is_whole=is_whole,
        percent_heard=percent_heard,
        whole_ms_of=whole_ms_of,
        AIRING_SIGNS=AIRING_SIGNS,
        BULLETIN_SIGNS=BULLETIN_SIGNS,
        NODE_SIGNS=NODE_SIGNS,
        GRADE_WORDS=GRADE_WORDS,
        Tone=StatusTone,
    )
    site.add_exception_handler(LoaError, errors.on_loa_error)
    for unready in (StoreAway, DamagedSound, NoSpace):
        site.add_exception_handler(unready, errors.on_sound_error)
    site.add_exception_handler(HTTPException, errors.on_http_error)
    site.add_exception_handler(RequestValidationError, errors.on_invalid)
    site.add_exception_handler(Exception, errors.on_fault)
    site.add_api_route("/tinh/{version}/{name:path}", _asset, include_in_schema=False)
    add_routes(site)
    deque(iter_route_contexts(site.routes), maxlen=0)  # now, so that the first request does not wait for it
    return site


def put_before(station: Station, site: FastAPI) -> FastAPI:
    """Attach the site to this station; all state of an earlier station is removed."""
    site.state.station = station
    site.state.live = Live(station.changes)
    site.state.tries = Tries(station.counters)
    site.state.header = _Head()
    site.state.enter = entering
    site.state.lanes = Lanes()
    site.state.listener_limits = ListenerLimits(station.counters)
    site.state.emergency_board = EmergencyBoard()
    site.state.sounding = lambda: _sounding_sentence(station)
    return site


@asynccontextmanager
async def _until_streams_end(site: FastAPI) -> AsyncIterator[None]:
    yield
    site.state.live.close()
    site.state.lanes.close()


def end_streams(site: FastAPI) -> None:
    """End the live streams, so that the server can shut down at once; from any thread."""
    site.state.live.close()


def _asset(request: Request, version: str, name: str) -> Response:
    return assets.serve(request, version, name)


def _sounding_sentence(station: Station) -> str:
    with station.store.read() as session:
        titles = sounding_now(session)
    if not titles:
        return "Hiện không có bản tin nào đang phát."
    return f"Hiện đang phát: {'; '.join(titles)}. Việc phát không bị ảnh hưởng."
