"""What a browser keeps without a network: public files, an empty form, nobody's data (decision 119)."""

import json
from functools import cache

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.http.assets import STATIC, address, version
from controller.http.render import page
from controller.http.web_manifest import web_manifest

router = APIRouter()
_KEPT = (
    *("app.css", "admin.css", "texts.css", "editor.css", "theme.js", "app.js", "offline.js", "loa.svg"),
    *("vendor/tabler.used.css", "vendor/be-vietnam-pro.css", "vendor/htmx.min.js", "vendor/hx-sse.min.js"),
    *("vendor/icons.svg", "vendor/fonts/vietnamese-400.woff2", "vendor/fonts/latin-400.woff2"),
)
"""Files that the empty form needs."""


@router.get("/manifest.webmanifest")
def manifest() -> Response:
    """Say how the app is called and how it looks when a person puts it on their home screen."""
    return web_manifest("Loa truyền thanh", "/")


@router.get("/sw.js")
def worker() -> Response:
    """Return the service worker; a new version of any file is a new worker."""
    return Response(_worker(), media_type="text/javascript; charset=utf-8", headers=_ask_again())


@router.get("/ngoai-tuyen")
def empty_form(request: Request) -> Response:
    """Show the empty form, the same for everybody, signed in or not: browsers keep it."""
    return page(request, "ngoai_tuyen.html", {"viewer": None})


@cache
def _worker() -> str:
    kept = ["/ngoai-tuyen", *(address(name) for name in _KEPT)]
    head = f"const VERSION = {json.dumps(version())}, KEPT = {json.dumps(kept)};\n"
    return head + (STATIC / "worker.js").read_text(encoding="utf-8")


def _ask_again() -> dict[str, str]:
    return {"Cache-Control": "no-cache"}
