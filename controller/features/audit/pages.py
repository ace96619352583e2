"""Nhật ký: who did what, when and where; check of the hash chain; and the export that proves it."""

import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from controller.errors import BadInput, NotAllowed
from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.queries import operators
from controller.features.accounts.viewer import Viewer
from controller.features.audit.queries import (
    PAGE,
    Wanted,
    find_entries,
    sealed_lines,
    whole_chain,
)
from controller.features.journal.chain import JournalBroken
from controller.features.journal.queries import count_entries
from controller.features.journal.security_log import security_events
from controller.features.journal.service import STATION
from controller.http.form_fields import AskedId, AskedWord
from controller.http.journal_words import KINDS, act_words, detail_words
from controller.http.refusal_log import ACTS
from controller.http.render import page
from controller.http.station import Station
from controller.http.time_fields import read_day
from controller.http.words import number
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from controller.model.refusals import MANY
from devices.ids import AreaCode

router = APIRouter(prefix="/nhat-ky")
_checking = threading.Lock()
_SECURITY = "an-ninh"


@router.get("")
def show(
    visit: SignedVisit,
    *,
    nguoi: AskedId = "",
    viec: AskedWord = "",
    tu: AskedWord = "",
    den: AskedWord = "",
    dia_ban: AskedId = "",
    truoc: Annotated[int | None, Query(ge=1)] = None,
    loai: AskedWord = "",
) -> Response:
    """Show a page of entries; `loai=an-ninh`: of the security log, what was refused."""
    visit.viewer.need(Act.RULE)
    if loai == _SECURITY:
        return _refused(visit.request, visit.station, truoc)
    asked = {"nguoi": nguoi, "viec": viec, "tu": tu, "den": den, "dia_ban": dia_ban}
    try:
        days, fault = (_day(tu), _day(den)), ""
    except BadInput as error:
        days, fault = (None, None), error.sentence
    context = _load(visit.station, visit.viewer, asked, days, truoc)
    context |= {"asked": asked, "is_first": truoc is None, "fault": fault}
    return page(visit.request, "nhat_ky.html", context, status=422 if fault else 200)


def _refused(request: Request, station: Station, before: int | None) -> Response:
    station.security.write()
    rows = security_events(station.store, before=before, limit=PAGE + 1)
    people = {account.id: account.display_name for account in operators(station.store)}
    context = {"rows": rows[:PAGE], "has_older": len(rows) > PAGE, "people": people, "acts": ACTS}
    return page(request, "nhat_ky_an_ninh.html", context | {"is_first": before is None, "MANY": MANY})


@router.get("/kiem-tra")
def check(visit: SignedVisit) -> Response:
    """Show what will be checked; the page then requests the result."""
    visit.viewer.need(Act.RULE)
    entries = count_entries(visit.store)
    words = {"heading": "Kiểm tra nhật ký", "what": f"cả nhật ký: {number(entries)} mục"}
    words |= {"back": "/nhat-ky", "back_name": "Nhật ký", "place": "/nhat-ky/kiem-tra"}
    return page(visit.request, "dang_kiem_tra.html", words)


@router.get("/kiem-tra/ket-qua")
def checked(visit: SignedVisit) -> Response:
    """Check the whole chain; one check at a time, because it reads the whole journal."""
    visit.viewer.need(Act.RULE)
    if not _checking.acquire(blocking=False):
        busy = "Nhật ký đang được kiểm tra. Hãy đợi một phút."
        context: Mapping[str, Any] = {"busy": busy, "entries": 0, "fault": ""}
        return page(visit.request, "nhat_ky_kiem_tra.html", context, status=409)
    try:
        entries = whole_chain(visit.store)
        context = {"busy": "", "entries": entries, "fault": ""}
    except JournalBroken as error:
        context = {"busy": "", "entries": error.line, "fault": error.sentence}
    finally:
        _checking.release()
    return page(visit.request, "nhat_ky_kiem_tra.html", context)


@router.get("/tep")
def download(visit: SignedVisit) -> Response:
    """Return the whole journal as a file for `loa journal verify`."""
    visit.viewer.need(Act.RULE)
    if not visit.scope.is_whole():
        raise NotAllowed("Chỉ quản trị của cả tỉnh mới tải được toàn bộ nhật ký.", code="journal.not-whole")
    day = visit.now().astimezone(ZONE)
    name = f"nhat-ky-{day:%Y-%m-%d-%H%M}.jsonl"
    return StreamingResponse(
        _lines(visit.station),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(station: Station) -> Iterator[str]:
    """Yield the journal, the as-aired log, and the seal over both; of one instant."""
    signer = station.store.signer
    if signer is None:  # never: a running station has its key
        raise RuntimeError("no key to seal with")
    for line in sealed_lines(station.store, signer, station.now()):
        yield f"{line}\n"


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text.strip() else None
    except ValueError:
        raise BadInput(
            "Ngày lọc chưa đúng, nên chưa lọc theo ngày. Hãy ghi như 24/11/2026.", code="journal.bad-day"
        ) from None


def _load(
    station: Station,
    viewer: Viewer,
    asked: Mapping[str, str],
    days: tuple[date | None, date | None],
    before: int | None,
) -> dict[str, Any]:
    area, scope = AreaCode(asked["dia_ban"]), viewer.scope
    areas = scope.seen & scope.tree.below([area]) if area else None if scope.is_whole() else scope.seen
    since, last = days
    wanted = Wanted(
        by=asked["nguoi"],
        kind=asked["viec"],
        since=None if since is None else datetime.combine(since, time(), ZONE),
        until=None if last is None else datetime.combine(last + timedelta(days=1), time(), ZONE),
        areas=areas,
        before=before,
    )
    found = find_entries(station.store, wanted)
    people = [(account.id, account.display_name) for account in operators(station.store)]
    return {
        "found": found,
        "people": [*people, (STATION, "Hệ thống")],
        "kinds": {key: word for key, (word, _) in KINDS.items()},
        "areas": [scope.by_code[code] for code in sorted(scope.seen)],
        "area_name": lambda code: scope.by_code[code].name if code in scope.by_code else None,
        "act_words": act_words,
        "detail_words": detail_words,
        "may_export": scope.is_whole(),
    }
