"""First checks on every request: refuse cross-site writes and oversized bodies, set safe headers."""

import re
from datetime import timedelta
from time import perf_counter
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.host.metrics import REQUEST_SECONDS
from controller.host.traces import collect_planned
from controller.http.error_pages import error_response
from controller.http.refusal_log import ELSEWHERE, note_answer
from controller.http.requests import bearer_of, station_of
from controller.model.limits import LARGEST_FILE, LARGEST_OUTLINES
from tts.uploads import LARGEST_CHIME, LARGEST_UPLOAD

LARGEST_BODY = 1_000_000  # bytes; ten times the longest bulletin with every letter percent-encoded
_WITH_FILE = "multipart/form-data"
_FRAME = 100_000  # bytes of a form without the file in it
_UPLOADS = (
    (re.compile(r"/api/v1/bulletins/import"), LARGEST_FILE + _FRAME),
    (re.compile(r"/api/v1/bulletins/(?:audio|[^/]+/audio|[^/]+/variants)"), LARGEST_UPLOAD + _FRAME),
    (re.compile(r"/thu-vien/nhac-hieu|/api/v1/chimes"), LARGEST_CHIME + _FRAME),
    (re.compile(r"/api/v1/programmes/sounds"), LARGEST_UPLOAD + _FRAME),
    (re.compile(r"/tao-ban-tin/lay-chu"), LARGEST_FILE + _FRAME),
    (re.compile(r"/ban-do/ranh-gioi|/api/v1/map/outlines"), LARGEST_OUTLINES + _FRAME),
    (
        re.compile(
            r"/tao-ban-tin/ghi-am|/ban-tin/[^/]+/(?:ghi-am|tieng-khac)|/chuong-trinh/(?:tao|[^/]+/sua)"
        ),
        LARGEST_UPLOAD + LARGEST_BODY,
    ),
)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# img data: is needed for the small drawings in the style sheet
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_PROBES = frozenset({"/healthz", "/readyz", "/api/v1/metrics"})
"""Asked every few seconds by machines: in the figures of pages they would hide the people."""
_MOST_TRACED = 20
"""Airings of one request that are told; a request that plans more is an import."""
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def largest_body(path: str, content_type: str = _WITH_FILE) -> int:
    """Return how many bytes a URL accepts; only URLs that take files accept more than a text needs.

    Only a multipart form carries a file. Any other body is held in memory whole, so the small limit holds.
    """
    if not content_type.lower().startswith(_WITH_FILE):
        return LARGEST_BODY
    return next((most for address, most in _UPLOADS if address.fullmatch(path)), LARGEST_BODY)


def comes_from_elsewhere(headers: Headers) -> bool:
    """Return whether a page of another site caused this request; programs that are not browsers pass.

    Fetch metadata decides; browsers leave it out on plain HTTP, and there Origin must name this host.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _is_program(request: Request) -> bool:
    """Return whether the request has a token. Other sites cannot add one; with one, cookies are ignored."""
    return bearer_of(request) is not None


class Guard:
    """The outermost layer (pure ASGI, so that streams pass unbuffered)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse bad requests, and set the headers of responses."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request, began, planned = Request(scope), perf_counter(), collect_planned()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                note_answer(request, message["status"])
                if request.url.path not in _PROBES:
                    kind = f"{message['status'] // 100}xx"
                    REQUEST_SECONDS.labels(kind).observe(perf_counter() - began)
                _tell_planned(request, planned, perf_counter() - began)
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        refusal = self._refusal(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    @staticmethod
    def _refusal(request: Request) -> Response | None:
        if request.method in _READS:
            return None
        if not _is_program(request) and comes_from_elsewhere(request.headers):
            request.state.refusal = ELSEWHERE
            return error_response(request, 403, "Yêu cầu này đến từ một trang khác nên đã bị từ chối.")
        length, kind = request.headers.get("content-length", "0"), request.headers.get("content-type", "")
        if not length.isdecimal() or int(length) > largest_body(request.url.path, kind):
            return error_response(request, 413, "Nội dung gửi lên quá lớn.")
        return None


def _tell_planned(request: Request, planned: list[str], seconds: float) -> None:
    """Tell the request as a part of the traces of the airings that it planned."""
    station, facts = station_of(request), {"http.request.method": request.method}
    for airing in planned[:_MOST_TRACED]:
        now = station.now()
        station.traces.tell(airing, "request", now - timedelta(seconds=seconds), now, facts)


class BodyLimits:
    """Ends requests with more bytes than their URL accepts, also without Content-Length (pure ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self._limited = {
            most: RequestBodyLimitMiddleware(app, max_body_size=most)
            for most in (LARGEST_BODY, *(most for _, most in _UPLOADS))
        }
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the size limit of its URL."""
        app = self._app
        if scope["type"] == "http":
            kind = Headers(scope=scope).get("content-type", "")
            app = self._limited[largest_body(scope["path"], kind)]
        await app(scope, receive, send)
