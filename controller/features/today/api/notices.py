"""Notices to the signed-in person by JSON."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import InPersonVisit, SignedVisit
from controller.features.notices.queries import notices_of
from controller.features.notices.schemas import NoticeShown, NoticesRead
from controller.features.notices.service import read_notice, read_notices
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.notices import NoticeId

router = json_router(prefix="/notices", tags=["people"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit, *, unread: Annotated[bool, Query()] = False) -> list[NoticeShown]:
    """Return what the station has to tell the person, newest first; at most 100."""
    return [NoticeShown.of(row) for row in notices_of(visit.store, visit.by.id, unread=unread)]


@router.post("/read", responses=refusals(401, 403))
def read_all(visit: InPersonVisit) -> NoticesRead:
    """Note that the person has read all of them."""
    return NoticesRead(read=read_notices(visit.store, **visit.stamp))


@router.post("/{notice_id}/read", status_code=204, responses=refusals(401, 403, 404))
def read_one(visit: InPersonVisit, notice_id: str) -> None:
    """Note that the person has read one."""
    read_notice(visit.store, NoticeId(notice_id), **visit.stamp)
