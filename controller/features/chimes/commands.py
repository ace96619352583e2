"""`loa chime`: opening and closing chimes of areas; docs/operator.md explains every command."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from controller.client.local_client import acting, local_store, person_named, reading
from controller.clocks import utc_now
from controller.features.areas.queries import area_or_top, areas
from controller.features.chimes.queries import chimes_of, chimes_shown
from controller.features.chimes.service import bring_chime, remove_chime_at
from controller.features.imports.bulletin_files import opened
from controller.model.chimes import ChimePlace
from controller.settings import Settings
from controller.terminal.cli_errors import AsJson, Commands, print_json
from controller.terminal.options import AsPerson
from tts.uploads import UploadStore

chime = Commands()

Place = Annotated[
    Literal["opening", "closing"], typer.Argument(metavar="opening|closing", help="Mở đầu hay kết thúc.")
]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]


@chime.command("list")
def index(*, as_json: AsJson = False) -> None:
    """Liệt kê nhạc hiệu riêng của tỉnh và các địa bàn: ai đặt, khi nào."""
    with reading() as session:
        found = chimes_shown(session, chimes_of(session, [one.code for one in areas(session)]))
    if as_json:
        print_json({"chimes": found})
        return
    for one in found:
        chosen = f"{one.added_by} {one.added_at:%Y-%m-%d}"
        typer.echo(f"{one.area}\t{one.place}\t{one.seconds:.1f} s\t{chosen}")
    if not found:
        typer.echo("Chưa đặt nhạc hiệu riêng nào; mọi bản thu dùng nhạc hiệu có sẵn.")


@chime.command("choose")
def choose(
    place: Place,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp âm thanh dài 1 đến 15 giây.")],
    by: AsPerson,
    area: Area = None,
) -> None:
    """Đặt nhạc hiệu cho các bản thu từ nay; thay nhạc hiệu đang dùng ở chỗ ấy."""
    with local_store() as store, opened(file) as sound:
        code, person = area_or_top(store, area), person_named(store, by)
        uploads, chosen = UploadStore(Settings().uploads_dir), ChimePlace(place)
        made = bring_chime(store, uploads, sound, chosen, area=code, by=person, now=utc_now())
    typer.echo(f"Đã đặt nhạc hiệu dài {made.seconds:.1f} giây. Bản đã thu vẫn như cũ.".replace(".", ",", 1))


@chime.command("remove")
def remove(place: Place, by: AsPerson, area: Area = None) -> None:
    """Thôi dùng nhạc hiệu riêng: trở lại nhạc hiệu của cấp trên, hoặc nhạc hiệu có sẵn."""
    with acting(by) as (session, person):
        remove_chime_at(session, ChimePlace(place), area_or_top(session, area), by=person, now=utc_now())
    typer.echo("Đã thôi dùng nhạc hiệu này. Bản đã thu vẫn như cũ.")
