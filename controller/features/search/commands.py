"""`loa search`: search on a running station; docs/commands.md explains it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from controller.terminal.commands import AsJson, Commands, print_found
from controller.terminal.options import AtStation

if TYPE_CHECKING:
    from controller.features.search.schemas import SearchGroup


def add_to(app: Commands) -> None:
    """Put this command into the program."""
    app.command("search")(search)


def search(
    words: Annotated[list[str], typer.Argument(metavar="CHỮ...", help="Những chữ cần tìm, không cần dấu.")],
    station: AtStation = None,
    as_json: AsJson = False,
) -> None:
    """Tìm khắp nơi: xã, cụm loa, bản tin, văn bản, lượt phát, người dùng."""
    from controller.client.http_client import signed_in
    from controller.features.search.schemas import SearchResult

    with signed_in(station) as here:
        found = here.ask(SearchResult, "GET", f"/search?q={quote(' '.join(words))}")
    lines = (line for group in found.groups for line in _lines(group))
    print_found(found, lines, as_json=as_json)


def _lines(group: "SearchGroup") -> Iterator[str]:
    yield from (f"{group.kind}\t{hit.id}\t{hit.title}\t{hit.detail}" for hit in group.hits)
    if group.has_more:
        yield f"{group.kind}\t…"
