"""Phản ánh: anybody reports a loudspeaker with the code on its pole and reads the officers' answer."""

from datetime import timedelta
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import SignedVisit, TheStation, viewer_in
from controller.features.areas.queries import area_tree
from controller.features.fleet.page_queries import visible_nodes
from controller.features.fleet.queries import find_node
from controller.features.listeners.public_page import public_page
from controller.features.listeners.queries import aired_in, heard_since, report_by_code, reports_in
from controller.features.listeners.rate_limits import limits_of
from controller.features.listeners.service import answer_report, report_trouble
from controller.http.form_fields import AskedId, Done
from controller.http.named import Named
from controller.http.public_address import Reachable, public_address, reach_of
from controller.http.refusals import status_of
from controller.http.render import page
from controller.http.requests import address_of, token_of
from controller.http.station import Station
from controller.model.listener_report_states import Trouble
from controller.model.permissions import Act
from devices.ids import AreaCode, NodeId

router = APIRouter()
TROUBLE_WORDS = Named(
    {
        Trouble.TOO_LOUD: "Loa quá to",
        Trouble.TOO_EARLY: "Phát quá sớm hoặc quá muộn",
        Trouble.BROKEN: "Loa hỏng, không kêu hoặc rè",
        Trouble.NOT_UNDERSTOOD: "Nghe không rõ lời",
    },
    str,
)
_BEHIND = timedelta(days=30)
"""As long as the commune's public page goes back."""
_CODES = 1000
"""Codes that are kept once drawn, 3 kB each: an officer prints a commune's, looks, and prints again."""
_MASK = 2
"""A fixed pattern of the QR codes: to find the prettiest of eight takes five times as long."""
Id = Annotated[str, Path(max_length=64)]


@router.get("/cong-khai/bao/{node_id}")
def ask(request: Request, station: TheStation, node_id: Id) -> Response:
    """Show what sounded there last, and the form; redirect the loudspeaker's technicians to its test."""
    if _keeps(request, station, node_id):
        return RedirectResponse(f"/cum-loa/{node_id}#thu-loa", 303)
    return _form(request, station, node_id)


def _keeps(request: Request, station: Station, node_id: str) -> bool:
    token = token_of(request)
    if not token:
        return False
    node, viewer = find_node(station.store, NodeId(node_id)), viewer_in(station.store, request, token)
    if node is None or viewer is None or viewer.lacks_factor:
        return False
    return viewer.scope.may(viewer.operator, Act.ENROL, [node.area])


@router.post("/cong-khai/bao/{node_id}")
def report(
    *,
    request: Request,
    station: TheStation,
    node_id: Id,
    viec: Annotated[str, Form(max_length=40)] = "",
    ke: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Store the report, and show the code for reading its answer."""
    try:
        limits_of(request).reports(address_of(request), node_id)
        made, code = report_trouble(station.store, NodeId(node_id), trouble=viec, words=ke, now=station.now())
    except NotFound:
        raise
    except LoaError as error:
        return _form(request, station, node_id, chosen=viec, words=ke, error=error)
    station.wake()
    return public_page(request, station, "bao_xong.html", {"code": code}, area=made.area)


def _form(
    request: Request,
    station: Station,
    node_id: str,
    *,
    chosen: str = "",
    words: str = "",
    error: LoaError | None = None,
) -> Response:
    node = find_node(station.store, NodeId(node_id))
    if node is None or node.retired_at is not None:
        raise NotFound("Không có cụm loa này. Hãy quét lại mã dán ở cột loa.", code="node.unknown")
    context = {"node": node, "troubles": TROUBLE_WORDS, "chosen": chosen, "typed": words}
    areas = area_tree(station.store).lineage(node.area)
    context["last"] = next(iter(aired_in(station.store, areas, station.now() - _BEHIND)), None)
    return public_page(request, station, "bao_su_co.html", context, area=node.area, error=error)


@router.get("/cong-khai/tra-loi")
def answer_of(
    request: Request, station: TheStation, ma: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Show the status of a report to a person who has its code."""
    found, fault, status = None, "", 200
    if ma:
        try:
            limits_of(request).asks(address_of(request))
            found = report_by_code(station.store, ma)
        except LoaError as error:
            fault, status = error.sentence, status_of(error)
    mended = heard_since(station.store, [found]) if found is not None else {}
    context = {"report": found, "ma": ma, "fault": fault, "troubles": TROUBLE_WORDS, "mended": mended}
    where = None if found is None else found.area
    return public_page(request, station, "tra_loi.html", context, area=where, status=status)


@router.get("/phan-anh")
def index(visit: SignedVisit, xong: Done = "") -> Response:
    """List the reports of listeners in the person's areas, unanswered ones first."""
    scope = visit.scope
    rows = reports_in(visit.store, None if scope.is_whole() else scope.seen)
    context = {
        "rows": rows,
        "mended": heard_since(visit.store, [report for report, _ in rows]),
        "troubles": TROUBLE_WORDS,
        "may_answer": visit.viewer.may(Act.WRITE),
        "fault": "",
    }
    done = "Đã trả lời. Người gửi đọc được bằng mã của mình." if xong else ""
    return page(visit.request, "phan_anh.html", context | {"done": done})


@router.get("/phan-anh/ma-dan")
def poles(
    visit: SignedVisit, *, xa: AskedId = "", van_xem: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """Show the codes of one commune's loudspeakers, to be printed and put on their poles.

    Codes that people's phones cannot open are shown only on explicit request (`van_xem`).
    """
    asked = AreaCode(xa) if xa else visit.scope.communes[0].code
    base = public_address(visit.station)
    reach = reach_of(base)
    is_held = reach is not Reachable.EVERYWHERE and not van_xem
    nodes = visible_nodes(visit.store, visit.scope, visit.scope.tree.below([asked]))
    drawn = [(node, _code_of(f"{base}/cong-khai/bao/{node.id}")) for node in nodes]
    context = {"poles": drawn, "base": base, "reach": reach, "is_held": is_held, "xa": asked}
    return page(visit.request, "ma_dan.html", context)


@lru_cache(maxsize=_CODES)
def _code_of(address: str) -> str:
    """Return the QR code of a URL as a data URI."""
    import segno  # imported late: 2 MB, for a picture that is seldom asked for

    code = segno.make(address, error="m", micro=False, mask=_MASK)
    drawn: str = code.svg_data_uri(scale=4, border=2, light="#fff")
    return drawn


@router.post("/phan-anh/{report_id}/tra-loi")
def answer(
    visit: SignedVisit, report_id: Id, tra_loi: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    """Answer one of them."""
    answer_report(visit, report_id, answer=tra_loi, **visit.stamp)
    return RedirectResponse("/phan-anh?xong=tra-loi", 303)
