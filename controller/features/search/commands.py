"""`loa search`: search on a running station; docs/commands.md explains it."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.features.search.schemas import SearchGroup, SearchResult
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running


def add_to(app: Commands) -> None:
    """Put this command into the program."""
    app.command("search")(search)


def search(
    here: Running,
    words: Annotated[list[str], typer.Argument(metavar="CHỮ...", help="Những chữ cần tìm, không cần dấu.")],
) -> Printed:
    """Tìm khắp nơi: xã, cụm loa, bản tin, văn bản, lượt phát, người dùng."""
    found = here.ask(SearchResult, "GET", f"/search?q={quote(' '.join(words))}")
    return Printed(found, (line for group in found.groups for line in _lines(group)))


def _lines(group: SearchGroup) -> list[str]:
    lines = [f"{group.kind}\t{hit.id}\t{hit.title}\t{hit.detail}" for hit in group.hits]
    return [*lines, f"{group.kind}\t…"] if group.has_more else lines
