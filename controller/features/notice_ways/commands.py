"""`loa notice`: how notices reach a person, and webhooks; docs/commands.md explains every command."""

from typing import Annotated

import typer

from controller.features.notice_ways import service
from controller.features.notice_ways.queries import known_kind, require_province, ways_of
from controller.features.notice_ways.schemas import NoticeWayShown
from controller.features.notice_ways.service import WantedNotices
from controller.features.notice_ways.views import WayShown
from controller.features.notice_ways.words import STATE_WORDS
from controller.host.webhooks import secret_of
from controller.model.notice_ways import NoticeTopic, WayId
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting

notice = Commands()

WayName = Annotated[
    str, typer.Argument(metavar="ID", help="Theo «loa notice list» hoặc «loa notice webhooks».")
]
Topics = Annotated[
    list[NoticeTopic] | None,
    typer.Option("--topic", help="Báo việc gì; ghi nhiều lần. Mặc định: mọi việc."),
]
From = Annotated[str, typer.Option("--quiet-from", metavar="HH:MM", help="Yên tĩnh từ; lệnh khẩn vẫn báo.")]
To = Annotated[str, typer.Option("--quiet-to", metavar="HH:MM", help="Yên tĩnh đến.")]


@notice.command("list")
def index(here: Acting) -> Printed:
    """Máy và địa chỉ nhận thông báo của một người."""
    return _printed(ways_of(here, here.by.id, here.now))


@notice.command("add")
def add(
    here: Acting,
    kind: Annotated[str, typer.Argument(metavar="mail|sms|chat", help="Cách báo.")],
    address: Annotated[
        str, typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ thư, số điện thoại, số hiệu chat.")
    ],
    topics: Topics = None,
    quiet_from: From = "",
    quiet_to: To = "",
) -> str:
    """Thêm một địa chỉ nhận thông báo. Máy có trình duyệt thì bật trên trang Báo cho tôi."""
    row = service.add_address(
        here,
        kind=known_kind(kind),
        name=address,
        address=address,
        wanted=WantedNotices(topics or list(NoticeTopic), quiet_from, quiet_to),
        settings=Settings(),
        **here.stamp,
    )
    return f"Đã thêm {row.id}."


@notice.command("change")
def change(
    here: Acting, way: WayName, topics: Topics = None, quiet_from: From = "", quiet_to: To = ""
) -> str:
    """Chọn lại việc báo và giờ yên tĩnh của một cách báo."""
    service.change_way(
        here, WayId(way), WantedNotices(topics or list(NoticeTopic), quiet_from, quiet_to), **here.stamp
    )
    return "Đã lưu."


@notice.command("remove")
def remove(here: Acting, way: WayName) -> str:
    """Bỏ một cách báo, hoặc một webhook."""
    service.remove_way(here, WayId(way), **here.stamp)
    return "Đã bỏ."


@notice.command("test")
def test(here: Acting, way: WayName) -> str:
    """Gửi thử; «loa notice list» cho biết có tới không. Đài phải đang chạy."""
    service.try_way(here, WayId(way), **here.stamp)
    return "Đã ghi tin thử; đài gửi trong vài giây."


@notice.command("webhooks")
def webhooks(here: Acting) -> Printed:
    """Các chương trình nhận thông báo của đài."""
    with here.read() as session:
        require_province(session, here.by)
    return _printed(ways_of(here, None, here.now))


@notice.command("webhook")
def add_webhook(
    here: Acting,
    address: Annotated[str, typer.Argument(metavar="URL", help="Địa chỉ https của chương trình nhận.")],
    name: Annotated[str, typer.Option(help="Tên để nhận ra.")],
    topics: Topics = None,
) -> str:
    """Gửi thông báo của đài cho một chương trình; in ra mã bí mật để kiểm chữ ký."""
    row = service.add_webhook(
        here, name=name, address=address, wanted=WantedNotices(topics or list(NoticeTopic)), **here.stamp
    )
    signer = here.store.signer
    return f"Đã thêm {row.id}. Mã bí mật: {'' if signer is None else secret_of(signer, row.id)}"


def _printed(found: list[WayShown]) -> Printed:
    return Printed(
        [NoticeWayShown.line(one).model_dump(mode="json") for one in found],
        (f"{one.row.id}\t{one.row.kind}\t{one.row.name}\t{_state(one)}" for one in found),
        "Chưa có cách báo nào.",
    )


def _state(one: WayShown) -> str:
    if one.row.ended_at is not None:
        return f"đã ngừng: {one.row.end_reason}"
    return "chưa gửi" if one.last is None else STATE_WORDS[one.last.state]
