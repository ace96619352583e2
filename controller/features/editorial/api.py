"""From a text to a planned airing, by JSON."""

from fastapi import APIRouter

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.request_parsing import request_of
from controller.features.airings.schemas import Aired, AirOnTopic
from controller.features.editorial.operations import WrittenBulletin, hand_in
from controller.http.refusals import refusals

router = APIRouter(tags=["airings"])


@router.post("/air", status_code=201, responses=refusals(401, 403, 409, 422))
def air(visit: SignedVisit, asked: AirOnTopic) -> Aired:
    """Write, submit and plan a text in one transaction: all of it, or nothing."""
    broadcast = request_of(asked, visit.now())
    manner = asked.manner
    written = WrittenBulletin(asked.title, asked.text, asked.topic or "", manner=manner)
    bulletin, airing = hand_in(visit, written, broadcast)
    return Aired(bulletin=bulletin, airing=airing)
