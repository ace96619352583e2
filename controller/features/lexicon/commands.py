"""`loa lexicon`: the province's own words; docs/operator.md explains every command."""

from typing import Annotated

import typer

from controller.client.local_client import acting, reading
from controller.clocks import utc_now
from controller.features.areas.queries import area_or_top, get_area
from controller.features.lexicon.queries import entries_shown, lexicon_entries, words_for
from controller.features.lexicon.service import add_entry, remove_word
from controller.settings import Settings
from controller.terminal.cli_errors import AsJson, Commands, print_json
from tts.reading import read

lexicon = Commands()
Written = Annotated[str, typer.Argument(help="Chữ viết trong văn bản, ví dụ PBGDPL.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]
Who = Annotated[str, typer.Option("--as", help="Tên đăng nhập của người thêm hoặc xóa.")]


@lexicon.command("add")
def add(
    written: Written,
    spoken: Annotated[str, typer.Argument(help="Cách đọc, bằng các tiếng Việt cách nhau.")],
    name: Who,
    area: Area = None,
) -> None:
    """Thêm cách đọc của một từ; bản tin đang chờ duyệt có từ ấy được đọc lại."""
    with acting(name) as (session, person):
        add_entry(session, written=written, spoken=spoken, area=area, by=person, now=utc_now())
    typer.echo(f"Đã thêm: «{written}» đọc là «{spoken}».")


@lexicon.command("list")
def index(
    *,
    history: Annotated[bool, typer.Option("--all", help="Cả những từ đã xóa.")] = False,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các từ, ai thêm và khi nào."""
    with reading() as session:
        entries = entries_shown(session, lexicon_entries(session, removed=history))
    if as_json:
        print_json({"entries": entries})
        return
    for one in entries:
        removed = one.removed_at
        gone = "" if removed is None else f"\tđã xóa: {one.removed_by} {removed:%Y-%m-%d}"
        taught = f"{one.added_by} {one.added_at:%Y-%m-%d}"
        typer.echo(f"{one.written}\t{one.spoken}\t{one.area}\t{taught}{gone}")
    if not entries:
        typer.echo("Chưa có từ nào.")


@lexicon.command("remove")
def remove(written: Written, name: Who, area: Area = None) -> None:
    """Xóa cách đọc của một từ; lịch sử vẫn còn."""
    with acting(name) as (session, person):
        remove_word(session, written, area_or_top(session, area), by=person, now=utc_now())
    typer.echo(f"Đã xóa: «{written}».")


@lexicon.command("test")
def try_text(
    text: Annotated[str, typer.Argument(help="Văn bản cần thử.")],
    area: Area = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Cho thấy một văn bản được đọc thế nào với các từ của tỉnh; những chỗ ấy nằm trong ngoặc kép góc."""
    with reading() as session:
        words = words_for(session, get_area(session, area_or_top(session, area)).code)
    found = read(text, words=dict(words), region=Settings().region)
    own = [span for span in found.spans if span.rule == "province"]
    if as_json:
        spans = [
            {"written": one.written, "spoken": one.spoken, "start": one.start, "end": one.end} for one in own
        ]
        print_json({"written": found.written, "spoken": found.spoken, "province": spans})
        return
    marked = found.written
    for span in reversed(own):
        marked = f"{marked[: span.start]}«{span.written} → {span.spoken}»{marked[span.end :]}"
    typer.echo(found.spoken)
    typer.echo(marked if own else "Không có từ nào của tỉnh trong văn bản này.")
