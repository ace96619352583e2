"""Notices to the signed-in person by JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.features.accounts.dependencies import InPerson, Signed, TheStation
from controller.features.notices.queries import notices_of
from controller.features.notices.schemas import NoticeShown, NoticesRead
from controller.features.notices.service import read_notice, read_notices
from controller.http.refusals import refusals
from controller.model.notices import NoticeId

router = APIRouter(prefix="/notices", tags=["people"])


@router.get("", responses=refusals(401))
def index(
    station: TheStation, viewer: Signed, *, unread: Annotated[bool, Query()] = False
) -> list[NoticeShown]:
    """Return what the station has to tell the person, newest first; at most 100."""
    return [NoticeShown.of(row) for row in notices_of(station.store, viewer.operator.id, unread=unread)]


@router.post("/read", responses=refusals(401, 403))
def read_all(station: TheStation, viewer: InPerson) -> NoticesRead:
    """Note that the person has read all of them."""
    return NoticesRead(read=read_notices(station.store, by=viewer.operator, now=station.now()))


@router.post("/{notice_id}/read", status_code=204, responses=refusals(401, 403, 404))
def read_one(station: TheStation, viewer: InPerson, notice_id: str) -> None:
    """Note that the person has read one."""
    read_notice(station.store, NoticeId(notice_id), by=viewer.operator, now=station.now())
