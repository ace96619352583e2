"""`loa lexicon`: the province's own words; docs/commands.md explains every command."""

from typing import Annotated

import typer

from controller.features.areas.queries import area_or_top, get_area
from controller.features.lexicon.queries import entries_shown, lexicon_entries, words_for
from controller.features.lexicon.schemas import EntryShown
from controller.features.lexicon.service import add_entry, remove_word
from controller.settings import Settings
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.ways import Acting, Reading
from tts.normalization import read

lexicon = Commands()
Written = Annotated[str, typer.Argument(help="Chữ viết trong văn bản, ví dụ PBGDPL.")]
Area = Annotated[str | None, typer.Option("--area", help="Mã địa bàn; mặc định là toàn tỉnh.")]


@lexicon.command("add")
def add(
    here: Acting,
    written: Written,
    spoken: Annotated[str, typer.Argument(help="Cách đọc, bằng các tiếng Việt cách nhau.")],
    area: Area = None,
) -> str:
    """Thêm cách đọc của một từ; bản tin đang chờ duyệt có từ ấy được đọc lại."""
    add_entry(here, written=written, spoken=spoken, area=area, **here.stamp)
    return f"Đã thêm: «{written}» đọc là «{spoken}»."


@lexicon.command("list")
def index(
    session: Reading,
    *,
    history: Annotated[bool, typer.Option("--all", help="Cả những từ đã xóa.")] = False,
) -> Printed:
    """Liệt kê các từ, ai thêm và khi nào."""
    entries = entries_shown(session, lexicon_entries(session, removed=history))
    return Printed({"entries": entries}, map(_line, entries), "Chưa có từ nào.")


def _line(entry: EntryShown) -> str:
    removed = entry.removed_at
    gone = "" if removed is None else f"\tđã xóa: {entry.removed_by} {removed:%Y-%m-%d}"
    taught = f"{entry.added_by} {entry.added_at:%Y-%m-%d}"
    return f"{entry.written}\t{entry.spoken}\t{entry.area}\t{taught}{gone}"


@lexicon.command("remove")
def remove(here: Acting, written: Written, area: Area = None) -> str:
    """Xóa cách đọc của một từ; lịch sử vẫn còn."""
    remove_word(here, written, area_or_top(here, area), **here.stamp)
    return f"Đã xóa: «{written}»."


@lexicon.command("test")
def try_text(
    session: Reading, text: Annotated[str, typer.Argument(help="Văn bản cần thử.")], area: Area = None
) -> Printed:
    """Cho thấy một văn bản được đọc thế nào với các từ của tỉnh; những chỗ ấy nằm trong ngoặc kép góc."""
    words = words_for(session, get_area(session, area_or_top(session, area)).code)
    found = read(text, words=dict(words), region=Settings().region)
    own = [span for span in found.spans if span.rule == "province"]
    spans = [fields_of(one, "written", "spoken", "start", "end") for one in own]
    marked = found.written
    for span in reversed(own):
        marked = f"{marked[: span.start]}«{span.written} → {span.spoken}»{marked[span.end :]}"
    return Printed(
        {"written": found.written, "spoken": found.spoken, "province": spans},
        [found.spoken, marked if own else "Không có từ nào của tỉnh trong văn bản này."],
    )
