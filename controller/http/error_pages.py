"""Error pages: what happened, whether anything is sounding, what to do; JSON for programs."""

import logging
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import (
    ChangePasswordFirst,
    EnrolFirst,
    LoaError,
    NotSignedIn,
    TooManyTries,
    Unavailable,
)
from controller.http.lanes import in_lane
from controller.http.named import rows_in
from controller.http.refusals import status_of
from controller.http.render import page
from controller.http.requests import is_for_json
from tts.errors import SpeechError

log = logging.getLogger(__name__)

_WORDS = {int(status): words for status, *words in rows_in(Path(__file__).with_suffix(".csv"))}
"""Title and advice of an error page, by HTTP status; no advice: the usual one."""
_USUAL_ADVICE = "Hãy quay lại trang trước và thử lại."
_UNKNOWN_SOUND = "Các cụm loa vẫn phát theo kế hoạch đã nhận; lỗi này không làm thay đổi việc phát."


def wants_json(request: Request) -> bool:
    """Return whether a program or a script asks, and not a browser for a page."""
    return is_for_json(request) or request.headers.get("accept") == "application/json"


def sounding_sentence(request: Request) -> str:
    """Return a sentence: is anything sounding now; a safe sentence if the database cannot be read."""
    try:
        ask: Callable[[], str] = request.app.state.sounding
        return ask()
    except LoaError:
        log.exception("cannot tell what is sounding")
        return _UNKNOWN_SOUND


def _find_viewer(request: Request) -> None:
    """Keep the navigation on the error page, also if no page was reached."""
    if hasattr(request.state, "viewer"):
        return
    try:
        enter: Callable[[Request], object] = request.app.state.enter
        enter(request)
    except LoaError:
        request.state.viewer = None


def door_from(request: Request) -> str:
    """Return the sign-in URL that leads back to the page that sent the request, if it is of this site."""
    sender = urlsplit(request.headers.get("referer", ""))
    back = sender.path if sender.netloc == request.headers.get("host") else ""
    return f"/dang-nhap?den={quote(back, safe='')}" if back not in {"", "/"} else "/dang-nhap"


def error_response(
    request: Request, status: int, sentence: str = "", code: str = "", facts: Mapping[str, Any] | None = None
) -> Response:
    """Return an error as a page or as JSON; never with a stack trace."""
    title, advice = _WORDS.get(status, ("Có lỗi xảy ra", ""))
    code = code or f"http-{status}"
    if wants_json(request):
        told: dict[str, Any] = {"code": code, "sentence": sentence or f"{title}."}
        return JSONResponse(told | ({"facts": dict(facts)} if facts else {}), status)
    _find_viewer(request)
    return page(
        request,
        "loi.html",
        {
            "title": title,
            "sentence": sentence,
            "sounding": sounding_sentence(request),
            "advice": advice or _USUAL_ADVICE,
            "code": code,
            "status": HTTPStatus(status),
            "door": door_from(request) if status == HTTPStatus.UNAUTHORIZED else "",
        },
        status=status,
    )


async def on_loa_error(request: Request, error: Exception) -> Response:
    """Answer a LoaError; a person who is not signed in is sent to the sign-in page and back."""
    assert isinstance(error, LoaError)
    request.state.refusal = error.code
    is_page = request.method == "GET" and not wants_json(request) and not _is_part(request)
    if isinstance(error, NotSignedIn) and is_page:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        place = "/dang-nhap" if back == "/" else f"/dang-nhap?den={quote(back, safe='')}"
        return RedirectResponse(place, 303)
    if isinstance(error, ChangePasswordFirst) and is_page:
        return RedirectResponse("/tai-khoan/doi-mat-khau", 303)
    if isinstance(error, EnrolFirst) and is_page:
        return RedirectResponse("/tai-khoan/ma-xac-thuc", 303)
    response = await in_lane(
        error_response, request, status_of(error), error.sentence, error.code, error.facts
    )
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def on_sound_error(request: Request, error: Exception) -> Response:
    """Answer what a store of sounds cannot do now: it is away, full, or has a damaged file."""
    assert isinstance(error, SpeechError)
    return await on_loa_error(request, Unavailable(error.sentence, code=error.code))


def _is_part(request: Request) -> bool:
    """Whether an open page asks for a part of itself: it says by itself that one must sign in (app.js)."""
    return request.url.path.startswith("/song") or "HX-Request" in request.headers


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer an unknown URL or method, in Vietnamese."""
    assert isinstance(error, HTTPException)
    response = await in_lane(error_response, request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a request that does not match the schema of its endpoint."""
    assert isinstance(error, RequestValidationError)
    places = sorted({".".join(str(part) for part in fault["loc"][1:]) for fault in error.errors()} - {""})
    sentence = (
        f"Thông tin gửi lên chưa đúng: {', '.join(places)}." if places else "Thông tin gửi lên chưa đúng."
    )
    return await in_lane(error_response, request, 422, sentence, "input.bad")


async def on_fault(request: Request, error: Exception) -> Response:
    """Answer an unexpected exception: its trace goes to the log under a code, never to the page."""
    code = f"loi-{secrets.token_hex(4)}"
    log.error("fault %s at %s %s", code, request.method, request.url.path, exc_info=error)
    return await in_lane(error_response, request, 500, "", code)
