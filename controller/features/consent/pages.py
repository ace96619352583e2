"""A commune's word: Đồng ý or Không phát to what is routine, and which priority airing goes first."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput
from controller.features.accounts.dependencies import SignedVisit
from controller.features.consent.service import answer_airing, answer_schedule, order_visible
from controller.model.base import ID_LENGTH, LONGEST_REASON
from controller.model.permissions import Act

router = APIRouter()
_AGREES = {"dong-y": True, "khong": False}

Word = Annotated[str, Form(max_length=20)]
Reason = Annotated[str, Form(max_length=LONGEST_REASON)]


def _agrees(word: str) -> bool:
    if word not in _AGREES:
        raise BadInput("Hãy bấm Đồng ý hoặc Không phát.", code="answer.which")
    return _AGREES[word]


@router.post("/phat/{airing_id}/tra-loi")
def of_airing(
    visit: SignedVisit, *, airing_id: str, tra_loi: Word = "", ly_do: Reason = "", ve: Word = ""
) -> Response:
    """Say yes or no to one airing; `ve`: back to the page of the day."""
    agrees = _agrees(tra_loi)
    answer_airing(visit, airing_id, agrees=agrees, reason=ly_do, **visit.stamp)
    return RedirectResponse("/?xong=tra-loi" if ve == "hom-nay" else f"/phat/{airing_id}", 303)


@router.post("/phat/thu-tu")
def of_two(
    visit: SignedVisit,
    truoc: Annotated[str, Form(max_length=ID_LENGTH)] = "",
    sau: Annotated[str, Form(max_length=ID_LENGTH)] = "",
    ve: Word = "",
) -> Response:
    """Say which of two priority airings goes first in the commune; `ve`: back to the page of the calendar."""
    visit.viewer.need(Act.ANSWER)
    order_visible(visit, truoc, sau, **visit.stamp)
    return RedirectResponse("/lich?xong=thu-tu" if ve == "lich" else "/?xong=thu-tu", 303)


@router.post("/lich/{schedule_id}/tra-loi")
def of_schedule(
    visit: SignedVisit, *, schedule_id: str, tra_loi: Word = "", ly_do: Reason = "", ve: Word = ""
) -> Response:
    """Say yes or no to all occurrences of a schedule."""
    agrees = _agrees(tra_loi)
    answer_schedule(visit, schedule_id, agrees=agrees, reason=ly_do, **visit.stamp)
    return RedirectResponse("/?xong=tra-loi" if ve == "hom-nay" else f"/lich/{schedule_id}", 303)
