"""Renders templates into pages; the only module that imports Jinja."""

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from controller.errors import LoaError
from controller.http import assets, words
from controller.http.journal_words import ROLES as ROLE_WORDS
from controller.http.named import Named, words_in
from controller.http.navigation import shown
from controller.http.refusals import status_of
from controller.http.station import Station
from controller.http.time_fields import day_value
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.bulletin_states import BulletinState, RenderingState
from controller.model.permissions import Act
from devices.ids import Role
from devices.messages import ReceiptKind
from tts.engines.offered import BUILT_IN_VOICES

_PACKING = 5
"""Of zlib: a page of 40 kB takes half a millisecond and becomes 4 kB."""
CONTROLLER = Path(__file__).parents[1]
TEMPLATES = (CONTROLLER / "http" / "templates", *sorted(CONTROLLER.glob("features/*/templates")))
"""Folders of templates: what all pages share, then one a feature; a name stands in one of them only."""
ACT_WORDS = Named(
    {
        Act.WRITE: "soạn bản tin",
        Act.APPROVE: "duyệt",
        Act.WITHDRAW: "rút bản tin",
        Act.AIR: "đặt lượt phát",
        Act.AIR_EMERGENCY: "phát khẩn cấp",
        Act.ANSWER: "trả lời thay xã",
        Act.STOP: "dừng phát",
        Act.ENROL: "thêm, bớt cụm loa",
        Act.RULE: "quản trị",
        Act.TEACH: "sửa từ điển đọc, mẫu, nhạc hiệu",
        Act.SEE: "xem",
    },
    str,
)

KEY_WORDS = Named(
    {
        Role.STATION: "kế hoạch phát",
        Role.APPROVER: "duyệt bản tin",
        Role.CALLER: "lệnh phát khẩn",
        Role.ADMINISTRATOR: "quy định",
    },
    str,
)
"""What a key of each role signs."""
REASON_WORDS = Named[str, str](words_in(CONTROLLER / "http" / "node_reasons.csv"), str)
"""What a node says of why; others may come, and are shown as they are (docs/protocol.md, Receipts)."""
RECEIPT_WORDS = Named(
    {
        ReceiptKind.FETCHED: "Đã tải xong",
        ReceiptKind.STARTED: "Bắt đầu phát",
        ReceiptKind.FINISHED: "Phát hết",
        ReceiptKind.STOPPED: "Dừng",
        ReceiptKind.REFUSED: "Từ chối phát",
        ReceiptKind.KEPT: "Đã tải trước về giữ",
        ReceiptKind.LOST: "Bản đang giữ bị hỏng",
    },
    str,
)
ENGINE_WORDS = {
    "hub": "bản thu của trung tâm",
    "brought": "tệp ghi âm",
    "loa": "giọng đọc ngoại tuyến",
    "gtts": "giọng Google",
    "espeak": "giọng máy eSpeak",
}
RESTS_WORDS = {"usual": "nghỉ bình thường", "wide": "nghỉ dài, cho tiếng vang tắt trước"}
PACE_WORDS = {"usual": "bình thường", "slow": "chậm hơn", "fast": "nhanh hơn"}
REGISTER_WORDS = {"radio": "đọc gọn như phát thanh viên", "literal": "đọc đủ từng chữ như văn bản"}


CLOCK_SOURCE_WORDS = {
    "station": "trạm",
    "ntp": "NTP",
    "gps": "GPS",
    "rtc": "đồng hồ pin (RTC)",
    "hold-over": "tự giữ giờ",
    "none": "chưa có",
}


def clock_source_words(source: str) -> str:
    """Return where a node's time comes from; a source of a later release is shown as it is."""
    return CLOCK_SOURCE_WORDS.get(source, source)


def reason_words(reason: str) -> str:
    """Return a node's reason in words; an unknown reason is returned unchanged."""
    return REASON_WORDS[reason]


def engine_words(engine: str | None) -> str:
    """Return an officer's name for a voice engine."""
    return ENGINE_WORDS.get(engine or "", f"giọng đọc {engine}")


def voice_words(engine: str, voice: str) -> str:
    """Return what people call a voice that a bulletin chose; "" for none."""
    known = BUILT_IN_VOICES.get(engine, ())
    return next((one.title for one in known if voice in {"", one.name}), voice or engine)


@cache
def icon(name: str) -> Markup:
    """Return an icon of the sprite, hidden from screen readers: the word beside it says the same."""
    place = f"{assets.address('vendor/icons.svg')}#{name}"
    return Markup(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>'
    ).format(place)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lower_first"] = words.lower_first
    environment.filters["capitalize_first"] = words.capitalize_first
    environment.filters["day_value"] = day_value
    environment.globals.update(
        icon=icon,
        static=assets.address,
        navigation=shown,
        words=words,
        clock_source_words=clock_source_words,
        reason_words=reason_words,
        engine_words=engine_words,
        voice_words=voice_words,
        RECEIPT_WORDS=RECEIPT_WORDS,
        ROLE_WORDS=ROLE_WORDS,
        KEY_WORDS=KEY_WORDS,
        ACT_WORDS=ACT_WORDS,
        PACE_WORDS=PACE_WORDS,
        RESTS_WORDS=RESTS_WORDS,
        REGISTER_WORDS=REGISTER_WORDS,
        AiringState=AiringState,
        BulletinState=BulletinState,
        RenderingState=RenderingState,
        DeliveryStage=DeliveryStage,
        Act=Act,
    )
    return environment


def offer(**words: Any) -> None:
    """Give templates the words and functions of features; the site calls this once, before its first page."""
    _environment().globals.update(words)


def fragment(template: str, context: Mapping[str, Any]) -> str:
    """Return one piece of a page."""
    return _environment().get_template(template).render(context)


def frame_of(station: Station, viewer: object, path: str) -> dict[str, Any]:
    """Return the variables that every template may use."""
    return {
        "viewer": viewer,
        "alarms": getattr(viewer, "alarms", ()),
        "label": station.label,
        "provider": station.provider,
        "is_practice": station.settings.is_practice,
        "now": station.now(),
        "path": path,
        "broker_up": station.broker_up(),
    }


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    error: LoaError | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a whole page; the frame adds the signed-in person, the station's name and its clock.

    `error`: why what was sent was refused; the page says it as `fault`, and has the error's status.
    """
    viewer = getattr(request.state, "viewer", None)
    frame = frame_of(request.app.state.station, viewer, request.url.path)
    frame["fault"] = ""
    if error is not None:
        frame["fault"], status = error.sentence, status_of(error)
    told = fragment(template, frame | dict(context))
    return _packed(request, told, status)


def piece(request: Request, template: str, context: Mapping[str, Any]) -> HTMLResponse:
    """Return a large piece of a page as a whole answer, packed as a page is."""
    return _packed(request, fragment(template, context))


def _packed(request: Request, told: str, status: int = 200) -> HTMLResponse:
    response = HTMLResponse(told, status)
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(told.encode(), _PACKING, mtime=0)
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response
