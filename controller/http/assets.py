"""Static files of the pages: one version for all of them, so that browsers may cache them without limit."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from controller.errors import NotFound

STATIC = Path(__file__).with_name("static")
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
}
_PACKED = frozenset({".css", ".js", ".svg"})
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"


@cache
def _files() -> dict[str, Path]:
    """All files by their name in the URL; no other file can be requested."""
    return {
        path.relative_to(STATIC).as_posix(): path
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in _KINDS and path.is_file()
    }


@cache
def version() -> str:
    """Return a digest of all files together; the content at a URL with this digest never changes."""
    digest = hashlib.sha256()
    for name, path in _files().items():
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def address(name: str) -> str:
    """Return the URL of one static file."""
    return f"/tinh/{version()}/{name}"


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_files()[name].read_bytes(), 9, mtime=0)


def serve(request: Request, asked_version: str, name: str) -> Response:
    """Return the file, compressed if the browser accepts that; raise NotFound for any other name."""
    path = _files().get(name)
    if path is None:
        raise NotFound("Không có tệp này.")
    headers = {"Cache-Control": _FOR_EVER if asked_version == version() else _BRIEFLY}
    if path.suffix in _PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(_packed(name), media_type=_KINDS[path.suffix], headers=headers)
    return Response(path.read_bytes(), media_type=_KINDS[path.suffix], headers=headers)
