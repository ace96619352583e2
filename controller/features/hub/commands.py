"""`loa hub`: documents of a hub, and who is accepted; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import typer

from controller.features.hub.publishing import publish_documents
from controller.features.hub.schemas import DocumentShown, HubShown, TakenDocument
from controller.host.sound_stores import recordings_of
from controller.host.station_keys import station_key
from controller.model.local_time import wall
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting, Running

hub = Commands()

Folder = Annotated[Path, typer.Option("--folder", help="Thư mục của trung tâm.")]
Kid = Annotated[str, typer.Argument(metavar="KHÓA", help="Mã khóa, như «loa hub show» in.")]


@hub.command()
def show(here: Running) -> Printed:
    """Trung tâm: nghe lần cuối lúc nào, nhận người duyệt nào, đã báo số liệu lúc nào."""
    found = here.ask(HubShown, "GET", "/hub")
    return Printed(found, _hub_lines(found))


@hub.command()
def documents(here: Running) -> Printed:
    """Văn bản mà trung tâm đưa xuống, mới nhất trước."""
    found = here.ask(list[DocumentShown], "GET", "/hub/documents")
    return Printed(found, map(_document_line, found), "Chưa có văn bản nào từ trung tâm.")


@hub.command()
def take(here: Running, sha256: Annotated[str, typer.Argument(metavar="MÃ", help="Mã văn bản.")]) -> Printed:
    """Nhận một văn bản về: đã duyệt nếu tỉnh nhận người duyệt của Bộ, không thì là bản nháp."""
    found = here.ask(TakenDocument, "POST", f"/hub/documents/{quote(sha256, safe='')}/take")
    said = "đã duyệt, đặt giờ phát được" if found.counts else "là bản nháp: gửi duyệt như thường"
    return Printed(found, [f"{found.bulletin}\t{said}"])


@hub.command()
def accept(
    here: Running,
    kid: Kid,
    grade: Annotated[
        Literal["routine", "priority"] | None, typer.Option(help="Mức cao nhất; bỏ trống: nhận làm bản nháp.")
    ] = None,
    area: Annotated[str | None, typer.Option(help="Mã địa bàn; mặc định cả tỉnh.")] = None,
) -> Printed:
    """Nhận một người duyệt của Bộ, sau khi đã nghe họ đọc mã khóa; rồi ký lại bộ khóa."""
    found = here.ask(HubShown, "POST", "/hub/approvers", {"kid": kid, "grade": grade, "area": area})
    return Printed(found, _hub_lines(found))


@hub.command()
def end(here: Running, kid: Kid) -> Printed:
    """Thôi nhận một người duyệt của Bộ; bản đã nhận vẫn còn hiệu lực đến hạn."""
    found = here.ask(HubShown, "DELETE", f"/hub/approvers/{quote(kid, safe='')}")
    return Printed(found, _hub_lines(found))


@hub.command()
def publish(
    here: Acting,
    folder: Folder,
    bulletin: Annotated[
        list[str] | None, typer.Argument(metavar="[MÃ]...", help="Bản tin đã duyệt cần đưa lên.")
    ] = None,
) -> str:
    """Ở trung tâm: đưa bản tin đã duyệt vào thư mục và ký danh sách; chạy mỗi ngày dù không có gì mới."""
    settings = Settings()
    made = publish_documents(
        here.store,
        recordings_of(settings),
        folder,
        bulletin or [],
        key=station_key(settings),
        by=here.by,
        now=here.now,
    )
    return f"Đã ký danh sách {made.version}: {made.documents} văn bản, thêm {len(made.added)}."


def _hub_lines(found: HubShown) -> list[str]:
    heard = wall(found.heard_at) if found.heard_at else "chưa lần nào"
    sent = wall(found.sent_at) if found.sent_at else "chưa lần nào"
    lines = [f"Trung tâm: {found.address or 'chưa đặt'}", f"Nghe lần cuối: {heard}", f"Báo số liệu: {sent}"]
    lines += [f"  ! {fault}" for fault in (found.fault, found.send_fault) if fault]
    for one in found.approvers:
        state = "thôi nhận" if one.ended_at else one.grade or "bản nháp"
        lines.append(f"{one.kid}\t{one.name}\t{state}{_trust(one.grade is not None, one.is_trusted)}")
    return lines + [f"{one.kid}\t{one.name}\tchưa nhận" for one in found.offered]


def _trust(counts: bool, is_trusted: bool) -> str:  # noqa: FBT001 - two facts
    return "" if not counts or is_trusted else "\tloa chưa tin: ký bộ khóa"


def _document_line(one: DocumentShown) -> str:
    if one.bulletin:
        state = f"đã nhận: {one.bulletin}"
    else:
        state = "không còn ở trung tâm" if one.gone_at else one.why_not or "duyệt sẵn"
    return f"{one.sha256[:16]}\t{wall(one.came_at)}\t{one.title}\t{one.approver}\t{state}"
