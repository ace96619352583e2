"""Báo cho tôi: a person's phones and addresses; Báo ra ngoài: the station's webhooks, for administrators."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import InPersonVisit, Visit
from controller.features.notice_ways.queries import known_kind, offered, ways_of
from controller.features.notice_ways.service import (
    WantedNotices,
    add_address,
    add_push,
    add_webhook,
    change_way,
    remove_way,
    try_way,
)
from controller.features.notice_ways.words import STATE_WORDS, TOPIC_WORDS, WAY_WORDS
from controller.host.web_push import public_push_key
from controller.host.webhooks import secret_of
from controller.http.form_fields import Done, SentClock, SentLine
from controller.http.render import page
from controller.http.time_fields import read_clock
from controller.model.notice_ways import NoticeTopic, WayId
from controller.model.permissions import Act

router = APIRouter()
_DONE = {
    "them": "Đã thêm. Bấm Gửi thử để biết có tới không.",
    "doi": "Đã lưu.",
    "bo": "Đã bỏ. Không gửi gì tới đó nữa.",
    "thu": "Đã gửi tin thử. Vài giây nữa tải lại trang để xem có tới không.",
}
_OWN, _OUTSIDE = "/bao-cho-toi", "/bao-ra-ngoai"


@dataclass(frozen=True, slots=True)
class SentWay:
    """What the forms of a way have in common."""

    ten: str
    viec: list[str]
    tu: str
    den: str

    def wanted(self) -> WantedNotices:
        """Return what the way is to tell; an unknown topic is left out."""
        chosen = [topic for topic in NoticeTopic if topic in self.viec]
        return WantedNotices(chosen, _clock(self.tu), _clock(self.den))


def _clock(text: str) -> str:
    """Return a typed time as “22:00”; what is none stays, and is refused with a sentence."""
    try:
        return f"{read_clock(text):%H:%M}" if text.strip() else ""
    except ValueError:
        return text


def _sent_way(
    ten: SentLine = "",
    viec: Annotated[list[str] | None, Form(max_length=20)] = None,
    tu: SentClock = "",
    den: SentClock = "",
) -> SentWay:
    return SentWay(ten, viec or [], tu, den)


FormWay = Annotated[SentWay, Depends(_sent_way)]
Address = Annotated[str, Form(max_length=1000)]


@router.get(_OWN)
def show(visit: InPersonVisit, xong: Done = "") -> Response:
    """Show one's devices and addresses."""
    return _own_page(visit, done=_DONE.get(xong, ""))


@router.post(f"{_OWN}/may")
def add_device(
    visit: InPersonVisit, *, sent: FormWay, dia_chi: Address = "", khoa: SentLine = ""
) -> Response:
    """Send notices to the browser that gave this subscription."""
    try:
        settings = visit.station.settings
        add_push(
            visit,
            name=sent.ten,
            endpoint=dia_chi,
            keys=khoa,
            wanted=sent.wanted(),
            settings=settings,
            **visit.stamp,
        )
    except LoaError as error:
        return _own_page(visit, error=error, sent=sent)
    return RedirectResponse(f"{_OWN}?xong=them", 303)


@router.post(f"{_OWN}/dia-chi")
def add(visit: InPersonVisit, *, sent: FormWay, cach: SentLine = "", dia_chi: Address = "") -> Response:
    """Send notices to a mail address, a telephone or a chat."""
    try:
        settings = visit.station.settings
        add_address(
            visit,
            kind=known_kind(cach),
            name=sent.ten or dia_chi,
            address=dia_chi,
            wanted=sent.wanted(),
            settings=settings,
            **visit.stamp,
        )
    except LoaError as error:
        return _own_page(visit, error=error, sent=sent, address=dia_chi)
    return RedirectResponse(f"{_OWN}?xong=them", 303)


@router.post(f"{_OWN}/{{way}}/doi")
def change(visit: InPersonVisit, *, way: str, sent: FormWay) -> Response:
    """Choose anew what a way tells, and when it is quiet."""
    try:
        change_way(visit, WayId(way), sent.wanted(), **visit.stamp)
    except LoaError as error:
        return _own_page(visit, error=error)
    return RedirectResponse(f"{_OWN}?xong=doi", 303)


@router.post(f"{_OWN}/{{way}}/bo")
def remove(visit: InPersonVisit, way: str) -> Response:
    """Send nothing by a way any more."""
    remove_way(visit, WayId(way), **visit.stamp)
    return RedirectResponse(f"{_OWN}?xong=bo", 303)


@router.post(f"{_OWN}/{{way}}/thu")
def test(visit: InPersonVisit, way: str) -> Response:
    """Send a test by a way."""
    try:
        try_way(visit, WayId(way), **visit.stamp)
    except LoaError as error:
        return _own_page(visit, error=error)
    return RedirectResponse(f"{_OWN}?xong=thu", 303)


@router.get(_OUTSIDE)
def outside(visit: InPersonVisit, xong: Done = "") -> Response:
    """Show the station's webhooks."""
    return _outside_page(visit, done=_DONE.get(xong, ""))


@router.post(_OUTSIDE)
def add_hook(visit: InPersonVisit, *, sent: FormWay, dia_chi: Address = "") -> Response:
    """Post notices to a program."""
    visit.viewer.need_province(Act.RULE)
    try:
        add_webhook(visit, name=sent.ten, address=dia_chi, wanted=sent.wanted(), **visit.stamp)
    except LoaError as error:
        return _outside_page(visit, error=error, sent=sent, address=dia_chi)
    return RedirectResponse(f"{_OUTSIDE}?xong=them", 303)


@router.post(f"{_OUTSIDE}/{{way}}/doi")
def change_hook(visit: InPersonVisit, *, way: str, sent: FormWay) -> Response:
    """Choose anew what a webhook tells."""
    visit.viewer.need_province(Act.RULE)
    change_way(visit, WayId(way), sent.wanted(), **visit.stamp)
    return RedirectResponse(f"{_OUTSIDE}?xong=doi", 303)


@router.post(f"{_OUTSIDE}/{{way}}/bo")
def remove_hook(visit: InPersonVisit, way: str) -> Response:
    """Post nothing to a program any more."""
    visit.viewer.need_province(Act.RULE)
    remove_way(visit, WayId(way), **visit.stamp)
    return RedirectResponse(f"{_OUTSIDE}?xong=bo", 303)


@router.post(f"{_OUTSIDE}/{{way}}/thu")
def test_hook(visit: InPersonVisit, way: str) -> Response:
    """Post a test to a program."""
    visit.viewer.need_province(Act.RULE)
    try:
        try_way(visit, WayId(way), **visit.stamp)
    except LoaError as error:
        return _outside_page(visit, error=error)
    return RedirectResponse(f"{_OUTSIDE}?xong=thu", 303)


def _own_page(
    visit: Visit,
    *,
    error: LoaError | None = None,
    done: str = "",
    sent: SentWay | None = None,
    address: str = "",
) -> Response:
    signer = visit.store.signer
    context: dict[str, Any] = _words() | {
        "ways": ways_of(visit.store, visit.by.id, visit.now()),
        "offered": offered(visit.station.settings),
        "push_key": "" if signer is None else public_push_key(signer),
        "place": _OWN,
        "sent": sent,
        "address": address,
        "may_rule": visit.viewer.may_in_province(Act.RULE),
        "done": done,
    }
    return page(visit.request, "bao_cho_toi.html", context, error=error)


def _outside_page(
    visit: Visit,
    *,
    error: LoaError | None = None,
    done: str = "",
    sent: SentWay | None = None,
    address: str = "",
) -> Response:
    visit.viewer.need_province(Act.RULE)
    signer = visit.store.signer
    ways = ways_of(visit.store, None, visit.now())
    context: dict[str, Any] = _words() | {
        "ways": ways,
        "secrets": {} if signer is None else {one.row.id: secret_of(signer, one.row.id) for one in ways},
        "place": _OUTSIDE,
        "sent": sent,
        "address": address,
        "done": done,
    }
    return page(visit.request, "bao_ra_ngoai.html", context, error=error)


def _words() -> dict[str, Any]:
    return {"TOPIC_WORDS": TOPIC_WORDS, "WAY_WORDS": WAY_WORDS, "STATE_WORDS": STATE_WORDS}
