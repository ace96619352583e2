"""`loa chime`: opening and closing chimes of areas; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from controller.features.areas.queries import area_or_top, areas
from controller.features.chimes.queries import chimes_of, chimes_shown
from controller.features.chimes.service import bring_chime, remove_chime_at
from controller.features.imports.bulletin_files import opened
from controller.host.sound_stores import uploads_of
from controller.model.chimes import ChimePlace
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Acting, Reading

chime = Commands()

Place = Annotated[
    Literal["opening", "closing"], typer.Argument(metavar="opening|closing", help="Mở đầu hay kết thúc.")
]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]


@chime.command("list")
def index(session: Reading) -> Printed:
    """Liệt kê nhạc hiệu riêng của tỉnh và các địa bàn: ai đặt, khi nào."""
    found = chimes_shown(session, chimes_of(session, [one.code for one in areas(session)]))
    return Printed(
        {"chimes": found},
        (
            f"{one.area}\t{one.place}\t{one.seconds:.1f} s\t{one.added_by} {one.added_at:%Y-%m-%d}"
            for one in found
        ),
        "Chưa đặt nhạc hiệu riêng nào; mọi bản thu dùng nhạc hiệu có sẵn.",
    )


@chime.command("choose")
def choose(
    here: Acting,
    place: Place,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp âm thanh dài 1 đến 15 giây.")],
    area: Area = None,
) -> str:
    """Đặt nhạc hiệu cho các bản thu từ nay; thay nhạc hiệu đang dùng ở chỗ ấy."""
    code, uploads = area_or_top(here, area), uploads_of(Settings())
    with opened(file) as sound:
        made = bring_chime(here.store, uploads, sound, ChimePlace(place), area=code, **here.stamp)
    return f"Đã đặt nhạc hiệu dài {made.seconds:.1f} giây. Bản đã thu vẫn như cũ.".replace(".", ",", 1)


@chime.command("remove")
def remove(here: Acting, place: Place, area: Area = None) -> str:
    """Thôi dùng nhạc hiệu riêng: trở lại nhạc hiệu của cấp trên, hoặc nhạc hiệu có sẵn."""
    remove_chime_at(here, ChimePlace(place), area_or_top(here, area), **here.stamp)
    return "Đã thôi dùng nhạc hiệu này. Bản đã thu vẫn như cũ."
