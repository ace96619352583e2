"""Entries of the security log for refused requests: sign-in, token, act, cross-site request."""

import re

from starlette.requests import Request

from controller.host.metrics import REFUSALS
from controller.http.requests import address_of, bearer_of, station_of
from controller.model.refusals import Refused

ACTS = {
    "sign-in": "đăng nhập không được",
    "token": "dùng mã truy cập không đúng",
    "act": "làm việc không được phép",
    "elsewhere": "gửi yêu cầu từ một trang web khác",
    "limit": "thử hoặc gọi quá nhiều lần",
    "enrolment": "gắn cụm loa bằng mã không đúng",
    "first-code": "dùng mã bắt đầu không đúng",
}
"""In words; the page says them after who did it."""
for _act in ACTS:
    REFUSALS.labels(_act)  # at 0 from the start: a rise from nothing would be seen by no rule
ELSEWHERE = "http-elsewhere"
_DOOR = frozenset({"/dang-nhap", "/dang-nhap/ma", "/dang-nhap/co-quan/ve", "/api/v1/sign-in"})
_CLAIM = "/api/v1/enrolments/claim"
_WORD = re.compile(r"[a-z][a-z-]{0,30}|v1")
_BEGINS = "/bat-dau"
_LOGGED = frozenset({401, 403, 404, 429})


def note_answer(request: Request, status: int) -> None:
    """Count a response in the security log, if it is a refusal; never blocks."""
    if status not in _LOGGED:
        return
    act = _act_of(request, status)
    if act is None:
        return
    REFUSALS.labels(act).inc()
    state, viewer = request.state, getattr(request.state, "viewer", None)
    by = getattr(state, "tried", "") if viewer is None else viewer.operator.id
    outcome = getattr(state, "refusal", f"http-{status}")
    station = station_of(request)
    subject = f"{request.method} {_masked(request.url.path)}"
    station.security.note(Refused(act, subject, by, address_of(request), outcome), station.now())


def _act_of(request: Request, status: int) -> str | None:
    path = request.url.path
    if status == 404:  # noqa: PLR2004 - the status itself
        return "enrolment" if path == _CLAIM else None
    if status == 429:  # noqa: PLR2004
        return "limit"
    if status == 401:  # noqa: PLR2004
        # a person without a session is sent to the sign-in page; that is no refusal
        return "sign-in" if path in _DOOR else "token" if bearer_of(request) else None
    if getattr(request.state, "refusal", "") == ELSEWHERE:
        return "elsewhere"
    return "first-code" if path == _BEGINS else "act"


def _masked(path: str) -> str:
    """Return the URL without ids and without parts that may be a secret."""
    return "/".join(part if not part or _WORD.fullmatch(part) else "*" for part in path.split("/"))
