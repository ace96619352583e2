"""Hôm nay: is anything sounding, is anything wrong, what waits for me; docs/officer.md explains it."""

from fastapi import APIRouter
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.live_pages import LivePage
from controller.features.consent.asked import asked_by
from controller.features.today.queries import day_page
from controller.http.form_fields import Done

router = APIRouter()
_DONE = {
    "tra-loi": "Đã ghi câu trả lời của xã.",
    "thu-tu": "Đã xếp thứ tự. Bản tin kia phát ngay sau ở xã bạn; nơi khác không đổi.",
}
PAGE = LivePage(
    "hom_nay.html",
    {
        "tom-tat": "hom_nay/tom_tat.html",
        "dang-phat": "hom_nay/dang_phat.html",
        "van-de": "hom_nay/van_de.html",
        "can-lam": "hom_nay/can_lam.html",
        "chuan-bi": "hom_nay/chuan_bi.html",
        "sap-toi": "hom_nay/sap_toi.html",
        "vua-phat": "hom_nay/vua_phat.html",
        "hom-nay-theo-gio": "hom_nay/theo_gio.html",
    },
)


@router.get("/")
def show(visit: SignedVisit, xong: Done = "") -> Response:
    """Show the day."""
    done = _DONE.get(xong, "")
    # what the frame has just looked up for its figure is not looked up again
    asked = asked_by(visit.viewer)
    return PAGE.show(visit, lambda unit: day_page(unit, visit, asked), done=done)


@router.get("/song")
def follow(visit: SignedVisit) -> Response:
    """Stream its changes."""
    return PAGE.follow(visit, lambda unit: day_page(unit, visit, None))
