"""What every request passes first: cross-site writes and oversized bodies refused, safe headers set."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.web.errors import error_response
from controller.web.viewer import bearer_of

LARGEST_BODY = 1_000_000  # bytes; ten times the longest bulletin with every letter percent-encoded
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# img data: are the style sheet's own small drawings
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def comes_from_elsewhere(headers: Headers) -> bool:
    """Tell whether another site's page made the browser send this; programs that are no browser pass.

    Fetch metadata decides; browsers leave it out on plain HTTP, and there Origin must name this host.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _is_program(request: Request) -> bool:
    """Tell whether a token comes along: no other site's page can add one, and with it no cookie counts."""
    return bearer_of(request) is not None


class Guard:
    """The outermost layer (pure ASGI, so that streams pass unbuffered)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must not enter, and set the headers of what leaves."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send_with_headers)

    @staticmethod
    def _refusal(request: Request) -> Response | None:
        if request.method in _READS:
            return None
        if not _is_program(request) and comes_from_elsewhere(request.headers):
            return error_response(request, 403, "Yêu cầu này đến từ một trang khác nên đã bị từ chối.")
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return error_response(request, 413, "Nội dung gửi lên quá lớn.")
        return None
