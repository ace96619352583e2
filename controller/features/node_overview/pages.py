"""Cụm loa: the tree of communes with filter and search, and one node with all that it told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.live_pages import LivePage
from controller.features.node_overview.queries import Filter, node_history, node_list, node_page
from controller.http.form_fields import AskedId, AskedWord, Done
from controller.http.journal_words import act_words

router = APIRouter()
_DONE = {
    "lo": "Đã ghi.",
    "nghe-ro": "Đã ghi: nghe rõ. Hết trục trặc thì việc ở cụm loa này xong.",
    "khong-nghe": "Đã ghi: không nghe được. Cụm loa vẫn nằm trong việc phải làm.",
    "anh": "Đã lưu ảnh cột loa.",
    "vi-tri": "Đã ghi vị trí cột loa.",
    "am-luong": "Đã đặt âm lượng. Cụm loa làm theo trong vài giây, hoặc khi có lại kết nối.",
    "cach-ly": "Đã cách ly: cụm loa im lặng (tin khẩn vẫn phát nhỏ), không được tin nữa cho đến khi thôi.",
    "thoi-cach-ly": "Đã thôi cách ly. Cụm loa phát lại theo kế hoạch.",
    "ngung-dung": "Đã ngừng dùng cụm loa. Những gì nó đã phát vẫn còn trong sổ.",
}
PAGE = LivePage(
    "cum_loa.html",
    {
        "tinh-trang": "cum_loa/tinh_trang.html",
        "thu-loa": "cum_loa/thu_loa.html",
        "lan-phat": "cum_loa/lan_phat.html",
    },
)

LIST = LivePage(
    "cum_loa_ds.html", {"tong-quan": "cum_loa/tong_quan.html", "danh-sach": "cum_loa/danh_sach.html"}
)


def _filter(
    xa: AskedId = "",
    trang_thai: AskedWord = "",
    tim: Annotated[str, Query(max_length=100)] = "",
    trang: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Filter:
    return Filter(xa, trang_thai, tim, trang)


Filtered = Annotated[Filter, Depends(_filter)]


@router.get("/cum-loa")
def index(visit: SignedVisit, asked: Filtered) -> Response:
    """List the communes with their nodes counted, or the nodes that fit a filter."""
    return LIST.show(visit, lambda session: node_list(session, visit, asked), place=asked.address())


@router.get("/song/cum-loa")
def follow_list(visit: SignedVisit, asked: Filtered) -> Response:
    """Stream its changes."""
    return LIST.follow(visit, lambda session: node_list(session, visit, asked))


@router.get("/cum-loa/{node_id}")
def show(visit: SignedVisit, node_id: str, xong: Done = "") -> Response:
    """Show one node."""
    return show_node(visit, node_id, done=_DONE.get(xong, ""))


def show_node(visit: Visit, node_id: str, *, error: LoaError | None = None, done: str = "") -> Response:
    """Return a node's page, also after a form of it was refused."""
    return PAGE.show(
        visit,
        lambda session: {**node_page(session, visit, node_id), **node_history(session, visit, node_id)},
        place=f"/cum-loa/{node_id}",
        error=error,
        done=done,
        act_words=act_words,
    )


@router.get("/song/cum-loa/{node_id}")
def follow(visit: SignedVisit, node_id: str) -> Response:
    """Stream its changes."""
    return PAGE.follow(visit, lambda session: node_page(session, visit, node_id))
