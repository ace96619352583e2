"""Lượt phát: the list, one airing live, its nodes, and stopping it in two clicks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.viewer import Viewer
from controller.features.airings.consent import ConsentStanding, standing_in_family
from controller.features.airings.consent_words import said_of
from controller.features.airings.forecasts import add_forecasts
from controller.features.airings.operations import stop_airing
from controller.features.airings.page_queries import (
    airing_tiles,
    airings_to_come,
    delivery_rows,
    ended_airings,
    reasons,
    seen_airing,
)
from controller.features.airings.queries import get_airing
from controller.features.airings.start_histogram import starts_of
from controller.features.airings.views import AiringView, Tile
from controller.features.bulletins.page_queries import spoken
from controller.http.lanes import UrgentRoute
from controller.http.render import page
from controller.http.station import Station
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from controller.model.permissions import Act
from controller.store import Session
from devices.ids import AiringId, AreaCode
from tts.recordings import RecordingId as SoundId
from tts.sidecar import phrases_of

router = APIRouter()
urgent = APIRouter(route_class=UrgentRoute)
_LIST = 50
_NODES_ON_PAGE = 300
"""Nodes listed on the airing's own page; a bigger airing's list has pages of its own, by commune."""
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


def _load(session: Session, station: Station, viewer: Viewer, airing_id: str) -> Mapping[str, Any]:
    airing = seen_airing(session, viewer.scope, airing_id)
    add_forecasts(session, station, viewer.scope, [airing])
    name = airing.id
    listed = airing.reach.nodes <= _NODES_ON_PAGE
    rows = delivery_rows(session, viewer.scope, name, limit=_NODES_ON_PAGE) if listed else []
    speech = spoken(session, airing.bulletin, airing.revision)
    tiles = airing_tiles(session, viewer.scope, name)
    return {
        "airing": airing,
        "said": said_of(viewer, _standings(session, name), f"/phat/{name}"),
        "tiles": tiles,
        "starts": starts_of(session, viewer.scope, name, airing.starts_at),
        "again": _again(viewer, airing, tiles),
        "chosen_again": f"/phat/{name}/phat-lai" if airing.bulletin_state is BulletinState.APPROVED else "",
        "rows": rows,
        "reasons": reasons(session, viewer.scope, name),
        "speech": speech,
        "phrases": phrases_of(station.recordings, SoundId(speech.recording.id)) if speech.recording else (),
        "progress": station.rendering_progress(speech.rendering.id) if speech.rendering else None,
    }


def _standings(session: Session, airing_id: AiringId) -> Iterable[ConsentStanding]:
    return standing_in_family(session, get_airing(session, airing_id)).values()


def _again(viewer: Viewer, airing: AiringView, tiles: Sequence[Tile]) -> str:
    """Return the URL to air it again for communes that did not hear all of it; empty: not possible (yet)."""
    unheard = [tile.code for tile in tiles if tile.finished < tile.asked]
    gone = airing.state in {AiringState.AIRED, AiringState.MISSED}
    if not unheard or not gone or airing.bulletin_state is BulletinState.WITHDRAWN or not viewer.may(Act.AIR):
        return ""
    return f"/ban-tin/{airing.bulletin}/dat-lich?{urlencode([('xa', code) for code in unheard])}"


@router.get("/phat")
def index(request: Request, station: TheStation, viewer: Signed) -> Response:
    """List what is to come, the next one first, and what has been, the newest first."""
    with station.store.read() as session:
        coming = airings_to_come(session, viewer.scope, limit=_LIST)
        past = ended_airings(session, viewer.scope, limit=_LIST)
    return page(request, "luot_phat_ds.html", {"coming": coming, "past": past})


@router.get("/phat/{airing_id}")
def show(
    request: Request,
    station: TheStation,
    viewer: Signed,
    airing_id: str,
    xong: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show one airing."""
    done = "Đã dời giờ phát. Loa nhận giờ mới trong vài giây." if xong == "doi" else ""
    return PAGE.show(request, viewer, lambda session: _load(session, station, viewer, airing_id), done=done)


@router.get("/song/phat/{airing_id}")
def follow(request: Request, station: TheStation, viewer: Signed, airing_id: str) -> Response:
    """Keep it alive."""
    return PAGE.follow(request, viewer, lambda session: _load(session, station, viewer, airing_id))


@router.get("/phat/{airing_id}/cum-loa")
def nodes(
    request: Request,
    station: TheStation,
    viewer: Signed,
    airing_id: str,
    xa: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """List what each node did with it, in one commune or in all."""
    with station.store.read() as session:
        airing = seen_airing(session, viewer.scope, airing_id)
        asked = viewer.scope.tree.below([AreaCode(xa)]) if xa else None
        rows = delivery_rows(session, viewer.scope, airing.id, areas=asked, limit=_NODES_LISTED)
    area = viewer.scope.name(AreaCode(xa)) if xa else ""
    return page(request, "luot_phat_cum_loa.html", {"airing": airing, "rows": rows, "area": area})


@urgent.get("/phat/{airing_id}/dung")
def ask_to_stop(request: Request, station: TheStation, viewer: Signed, airing_id: str) -> Response:
    """Ask for confirmation before anything is stopped."""
    with station.store.read() as session:
        airing = seen_airing(session, viewer.scope, airing_id)
    return page(request, "dung_phat.html", {"airing": airing})


@urgent.post("/phat/{airing_id}/dung")
def stop(
    station: TheStation,
    viewer: Signed,
    airing_id: str,
    ly_do: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Stop it as fast as an emergency, without waiting for the periodic work."""
    with station.store.read() as session:
        airing = seen_airing(session, viewer.scope, airing_id)
    stop_airing(station, viewer, airing.id, ly_do)
    return RedirectResponse(f"/phat/{airing.id}", 303)


router.include_router(urgent)
