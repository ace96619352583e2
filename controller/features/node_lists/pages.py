"""Gắn nhiều cụm loa: a list is checked line by line first, then done; the codes are a sheet to print."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import SentByTechnician, Technician
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.pages import picture_of, unreached_by
from controller.features.node_lists.checking import CheckedList, LineState, check_list
from controller.features.node_lists.listed_nodes import LONGEST_LIST, MOST_LISTED
from controller.features.node_lists.service import PreparedList, prepare_nodes
from controller.http.render import page
from controller.http.uploads import Sent, table_sent
from controller.model.permissions import Act

router = APIRouter(prefix="/gan-cum-loa/danh-sach")
_SHOWN_SCALE = 4


@router.get("")
def ask(visit: SignedVisit) -> Response:
    """Show the form of the list."""
    visit.viewer.need(Act.ENROL)
    return _page(visit, "")


@router.post("")
def take(visit: Technician, sent: SentByTechnician) -> Response:
    """Check every line; with `viec` do what the list asks for, and show the sheet of codes this once."""
    text, checked = sent.first("danh_sach"), None
    try:
        text = table_sent(sent, "danh_sach", LONGEST_LIST)
        taken = foreign_names(visit.store, visit.station.settings)
        checked = check_list(visit.store, text, **visit.stamp, taken=taken)
        if sent.first("viec") != "lam" or sent.file is not None:
            return _page(visit, text, checked, sent=sent)
        done = prepare_nodes(
            visit,
            text,
            **visit.stamp,
            taken=taken,
            life=timedelta(hours=_hours(sent.first("gio"))),
            only_good=bool(sent.first("chi_dung")),
            renew=bool(sent.first("ma_moi")),
        )
    except LoaError as error:
        return _page(visit, text, checked, sent=sent, error=error)
    return _sheet(visit, done)


def _hours(typed: str) -> int:
    return int(typed) if typed in ("24", "72", "168") else 168


def _sheet(visit: Visit, done: PreparedList) -> Response:
    welcome = visit.station.welcome()
    codes = [(row, code, picture_of(welcome, code, scale=_SHOWN_SCALE)) for row, code in done.made]
    context = {
        "codes": codes,
        "changed": done.checked.count("changed"),
        "left_out": done.checked.of(LineState.WRONG),
        "address": welcome.address,
        "unreached": unreached_by(welcome),
        "broker": welcome.broker,
    }
    return page(visit.request, "to_ma_gan.html", context)


def _page(
    visit: Visit,
    text: str,
    checked: CheckedList | None = None,
    *,
    sent: Sent | None = None,
    error: LoaError | None = None,
) -> Response:
    context: dict[str, Any] = {
        "text": text,
        "checked": checked,
        "most": MOST_LISTED,
        "longest": LONGEST_LIST,
        "hours": _hours("" if sent is None else sent.first("gio")),
        "renew": sent is not None and bool(sent.first("ma_moi")),
        "only_good": sent is not None and bool(sent.first("chi_dung")),
    }
    return page(visit.request, "gan_danh_sach.html", context, error=error)
