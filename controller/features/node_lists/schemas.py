"""JSON shapes of lists of loudspeakers."""

from typing import Annotated

from pydantic import Field

from controller.features.enrolment.schemas import CodeMade
from controller.features.node_lists.listed_nodes import LONGEST_LIST
from controller.http.schemas import Command, View


class NodeListGiven(Command):
    """A list as a spreadsheet exports it."""

    text: Annotated[str, Field(max_length=LONGEST_LIST)] = Field(
        description="CSV with headings in its first line (Tên, Địa bàn; Mã cụm loa, Vĩ độ, Kinh độ, Thiết "
        "bị, Điện thoại); separated by semicolon, comma or tab."
    )


class NodeListWanted(NodeListGiven):
    """A list that is to be done."""

    only_good: bool = Field(False, description="Leave out wrong lines; without it one refuses the list.")
    renew: bool = Field(False, description="New codes also where one waits; the earlier ones are void.")
    hours: Annotated[float, Field(gt=0, le=168)] = 168.0


class ListedNodeShown(View):
    """One line, and what it would do."""

    line: int
    node: str = Field(description="The loudspeaker's id; of a new one, the id that it would get.")
    name: str
    area: str | None
    state: str = Field(description="new, coded (a code waits), in-use, changed or wrong.")
    changes: list[str]
    fault: str


class NodeListShown(View):
    """All lines, and the codes that were made; these are shown this once."""

    lines: list[ListedNodeShown]
    ignored: list[str] = Field(description="Headings of columns that are not read.")
    codes: list[CodeMade]
