"""Lượt phát: the list, one airing live, its nodes, and stopping it in two clicks."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.live_pages import LivePage
from controller.features.airings.airing_page import airing_page
from controller.features.airings.operations import stop_airing
from controller.features.airings.page_queries import (
    airings_to_come,
    delivery_rows,
    ended_airings,
    visible_airing,
)
from controller.http.form_fields import AskedId, Done
from controller.http.lanes import UrgentRoute
from controller.http.render import page
from devices.ids import AreaCode

router = APIRouter()
urgent = APIRouter(route_class=UrgentRoute)
_LIST = 50
_NODES_LISTED = 2000

PAGE = LivePage(
    "luot_phat.html",
    {
        "tinh-trang": "luot_phat/tinh_trang.html",
        "y-kien": "luot_phat/y_kien.html",
        "loi-doc": "luot_phat/loi_doc.html",
        "gio-bat-dau": "luot_phat/gio_bat_dau.html",
        "dia-ban": "luot_phat/dia_ban.html",
        "cum-loa": "luot_phat/cum_loa.html",
    },
)


@router.get("/phat")
def index(visit: SignedVisit) -> Response:
    """List what is to come, the next one first, and what has been, the newest first."""
    coming = airings_to_come(visit.store, visit.scope, limit=_LIST)
    past = ended_airings(visit.store, visit.scope, limit=_LIST)
    return page(visit.request, "luot_phat_ds.html", {"coming": coming, "past": past})


@router.get("/phat/{airing_id}")
def show(visit: SignedVisit, airing_id: str, xong: Done = "") -> Response:
    """Show one airing."""
    done = "Đã dời giờ phát. Loa nhận giờ mới trong vài giây." if xong == "doi" else ""
    return PAGE.show(visit, lambda session: airing_page(session, visit, airing_id), done=done)


@router.get("/song/phat/{airing_id}")
def follow(visit: SignedVisit, airing_id: str) -> Response:
    """Stream its changes."""
    return PAGE.follow(visit, lambda session: airing_page(session, visit, airing_id))


@router.get("/phat/{airing_id}/cum-loa")
def nodes(visit: SignedVisit, airing_id: str, xa: AskedId = "") -> Response:
    """List what each node did with it, in one commune or in all."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    asked = visit.scope.tree.below([AreaCode(xa)]) if xa else None
    rows = delivery_rows(visit.store, visit.scope, airing.id, areas=asked, limit=_NODES_LISTED)
    area = visit.scope.name(AreaCode(xa)) if xa else ""
    return page(visit.request, "luot_phat_cum_loa.html", {"airing": airing, "rows": rows, "area": area})


@urgent.get("/phat/{airing_id}/dung")
def ask_to_stop(visit: SignedVisit, airing_id: str) -> Response:
    """Ask for confirmation before anything is stopped."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    return page(visit.request, "dung_phat.html", {"airing": airing})


@urgent.post("/phat/{airing_id}/dung")
def stop(visit: SignedVisit, airing_id: str, ly_do: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Stop it as fast as an emergency, without waiting for the periodic work."""
    return RedirectResponse(f"/phat/{stop_airing(visit, airing_id, ly_do)}", 303)


router.routes.extend(urgent.routes)
