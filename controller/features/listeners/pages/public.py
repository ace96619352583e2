"""Công khai: a commune's timetable, past airings to read and hear again, and feeds; without sign-in."""

import pathlib
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from controller.errors import NotFound
from controller.features.accounts.dependencies import TheStation
from controller.features.areas.queries import area_tree, areas, get_area
from controller.features.bulletins.page_queries import act_of
from controller.features.bulletins.pages.recordings import wave_of
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.voice_origins import origin_of
from controller.features.listeners.calendar_entries import calendar_entries
from controller.features.listeners.feeds import Podcast, calendar_of, podcast_of
from controller.features.listeners.public_page import board_of, public_page
from controller.features.listeners.queries import (
    PublicAiring,
    aired_in,
    aired_one,
    coming_in,
    first_aired,
    heard_now,
    may_be_heard_by_all,
)
from controller.host.web_push import public_push_key
from controller.http.assets import STATIC
from controller.http.public_address import public_address
from controller.http.sounds import named, phrases_shown, recording_file
from controller.http.station import Station
from controller.http.web_manifest import web_manifest
from controller.model.areas import Area
from controller.store import Store
from devices.ids import AiringId, AreaCode
from devices.ids import RecordingId as WireRecordingId
from devices.wire_types import DIGEST_PATTERN
from tts.errors import DamagedSound, NoSpace, StoreAway
from tts.marks import WORDS, Origin
from tts.recordings import RecordingId
from tts.sidecar import origin_of as origin_in_store

router = APIRouter(prefix="/cong-khai")
_AHEAD = timedelta(days=7)
_BEHIND = timedelta(days=30)
_CALENDAR_AHEAD = timedelta(days=14)
_FEED = "public, max-age=300"
_READ = ["GET", "HEAD"]
"""Of what programs fetch: they ask for the size first."""
Digest = Annotated[str, Path(pattern=DIGEST_PATTERN)]
Code = Annotated[str, Path(max_length=64)]


def _area(store: Store, code: str) -> tuple[Area, frozenset[AreaCode]]:
    """Return the area and all areas whose airings are played in it, or raise NotFound."""
    area = get_area(store, AreaCode(code))
    tree = area_tree(store)
    return area, tree.around([area.code])


@router.get("")
def index(request: Request, station: TheStation) -> Response:
    """Let a listener find their commune."""
    found = [area for area in areas(station.store) if area.parent is not None]
    return public_page(request, station, "cong_khai.html", {"areas": found}, area=None, is_shared=True)


@router.api_route("/tep/anh-bia.png", methods=_READ)
def artwork() -> Response:
    """Send the picture of the podcasts, at an address that stays the same."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(STATIC / "anh-bia.png", media_type="image/png", headers=headers)


@router.api_route("/tep/{recording}.mp3", methods=_READ)
def listen(station: TheStation, recording: Digest) -> Response:
    """Send a recording that was aired."""
    path = _aired_sound(station, recording)
    headers = {"Cache-Control": "public, max-age=3600", **named(recording)}
    return FileResponse(path, media_type="audio/mpeg", headers=headers)


@router.get("/tep/{recording}/hinh-am")
def wave(station: TheStation, recording: Digest) -> HTMLResponse:
    """Send the waveform picture of a recording that was aired."""
    _aired_sound(station, recording)
    return wave_of(station, recording)


def _aired_sound(station: Station, recording: str) -> pathlib.Path:
    known = may_be_heard_by_all(station.store, WireRecordingId(recording))
    if not known:
        raise NotFound("Không có bản ghi này để nghe lại.", code="recording.unknown")
    return recording_file(station.recordings, recording)


def _origin(station: Station, one: PublicAiring) -> Origin:
    """Return the origin of the voice in an airing: from its file, or else from how it was made."""
    recording = RecordingId(one.airing.recording or "")
    marked = Origin.PERSON
    if recording:
        with suppress(FileNotFoundError, StoreAway, DamagedSound, NoSpace):
            marked = origin_in_store(station.recordings, recording)
    if marked is not Origin.PERSON:
        return marked
    airing = one.airing
    if not airing.revision:
        return Origin.PERSON
    return origin_of(station.store, airing.bulletin, airing.revision)


@router.get("/{area}")
def commune(request: Request, station: TheStation, area: Code) -> Response:
    """Show a commune's timetable of a week, and the airings of the last month."""
    now = station.now()
    store = station.store
    found, heard = _area(store, area)
    coming = coming_in(store, heard, now - timedelta(hours=1), now + _AHEAD)
    aired = aired_in(store, heard, now - _BEHIND)
    sounding = heard_now(store, [airing for airing, _ in coming])
    signer = store.signer
    shown = {
        "area": found,
        "coming": coming,
        "aired": aired,
        "heard_now": sounding,
        "webcal": f"webcal://{public_address(station).partition('://')[2]}/cong-khai/{found.code}/lich.ics",
        "push_key": "" if signer is None or found.parent is None else public_push_key(signer),
    }
    return public_page(request, station, "cong_khai_xa.html", shown, area=found.code, is_shared=True)


@router.get("/{area}/ung-dung.webmanifest")
def manifest(station: TheStation, area: Code) -> Response:
    """Have a home screen open this commune's page: an iPhone takes pushes only from there."""
    found = get_area(station.store, AreaCode(area))
    return web_manifest(f"Loa {found.name}", f"/cong-khai/{found.code}")


@router.get("/{area}/khan")
def emergencies(request: Request, station: TheStation, area: Code) -> Response:
    """Send the emergencies of a commune alone: pages that stay open ask again and again."""
    code = AreaCode(area)
    board = board_of(request)
    found = board.around(station.store, code, station.now())
    if found or code in board.tree:
        return public_page(request, station, "khan_cong_khai.html", {}, area=code, is_shared=True)
    raise NotFound(f"Không có địa bàn nào mang mã {area}.", code="area.unknown")


@router.get("/{area}/ban-tin/{airing_id}")
def bulletin(request: Request, station: TheStation, area: Code, airing_id: Code) -> Response:
    """Show one text that was aired, to read and to hear again."""
    store = station.store
    found, heard = _area(store, area)
    one: PublicAiring = aired_one(store, heard, AiringId(airing_id))
    act = act_of(store, get_bulletin(store, one.airing.bulletin), station.now())
    voice = WORDS.get(_origin(station, one))
    phrases = phrases_shown(station.recordings, one.airing.recording)
    shown = {"area": found, "one": one, "phrases": phrases, "act": act, "voice": voice}
    return public_page(request, station, "cong_khai_tin.html", shown, area=found.code, is_shared=True)


@router.api_route("/{area}/lich.ics", methods=_READ)
def calendar(station: TheStation, area: Code) -> Response:
    """Send the timetable as a calendar to which a telephone can subscribe."""
    now = station.now()
    found, heard = _area(station.store, area)
    feed = calendar_of(found.name, calendar_entries(station.store, heard, now, now + _CALENDAR_AHEAD))
    headers = {"Cache-Control": _FEED, "Content-Disposition": f'inline; filename="loa-{found.code}.ics"'}
    return Response(feed, media_type="text/calendar; charset=utf-8", headers=headers)


@router.api_route("/{area}/podcast.xml", methods=_READ)
def podcast(station: TheStation, area: Code) -> Response:
    """Send the past airings as a podcast."""
    store, found_in = station.store, _area(station.store, area)
    found, heard = found_in
    # a call is no episode: whoever hears one days later would take it for true
    aired = [
        one
        for one in aired_in(store, heard, station.now() - _BEHIND)
        if one.airing.recording and one.airing.every_ms is None
    ]
    first = first_aired(store, aired)
    episodes = [
        (one, first[one.airing.bulletin, one.airing.revision], _origin(station, one)) for one in aired
    ]
    place, mail = f"/cong-khai/{found.code}", station.settings.contact_mail
    feed = podcast_of(Podcast(found.name, station.label, mail, public_address(station), place), episodes)
    return Response(feed, media_type="application/rss+xml; charset=utf-8", headers={"Cache-Control": _FEED})
