"""An HTTP client of a site in the same process: as Starlette's `TestClient`, at half the cost of a request.

That one crosses between its thread and the event loop some nine times for each request. This one crosses
once, and has the whole answer then; so it reads no stream without an end (`end_streams` gives them one).
"""

import asyncio
from urllib.parse import unquote

import httpx2


class _InProcess(httpx2.BaseTransport):
    """Calls an ASGI application in the loop of `SiteClient.portal`."""

    def __init__(self, site, client, *, raises):
        self._site, self._client, self._raises = site, client, raises

    def handle_request(self, request):
        url = request.url
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": unquote(url.path),
            "raw_path": url.raw_path.partition(b"?")[0],
            "root_path": "",
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self._client,
            "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
            "state": {},
        }
        told, body = [], request.read()
        try:
            SiteClient.portal.call(self._answer, scope, body, told)
        except Exception:  # a fault of the site, which has answered it with a page
            if self._raises or not told:
                raise
        begin, *parts = told
        content = b"" if request.method == "HEAD" else b"".join(part.get("body", b"") for part in parts)
        headers, stream = begin["headers"], httpx2.ByteStream(content)
        return httpx2.Response(begin["status"], headers=headers, stream=stream, request=request)

    async def _answer(self, scope, body, told):
        asked, over = False, asyncio.Event()

        async def receive():
            nonlocal asked
            if asked:
                await over.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body}

        async def send(message):
            told.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                over.set()

        await self._site(scope, receive, send)


class SiteClient(httpx2.Client):
    """A browser without a screen, or a program, with cookies of its own."""

    portal = None
    """The thread with the loop in which all requests of a test process are answered."""

    def __init__(self, site, *, raise_server_exceptions=True, client=("testclient", 50000), **more):
        transport = _InProcess(site, client, raises=raise_server_exceptions)
        usual = {"base_url": "http://testserver", "follow_redirects": True}
        super().__init__(transport=transport, headers={"user-agent": "testclient"}, **(usual | more))
