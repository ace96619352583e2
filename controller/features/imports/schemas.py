"""JSON shapes of texts that come out of files."""

from datetime import date

from pydantic import Field

from controller.features.imports.file_kinds import FileKind
from controller.features.imports.text_repair import Mend
from controller.http.schemas import View


class ReferenceShown(View):
    """A legal act; what is not known is null."""

    number: str | None = Field(description="Such as `1322/QĐ-UBND`.")
    kind: str | None
    issuer: str | None
    dated: date | None
    in_force_from: date | None
    in_force_until: date | None = Field(description="The last day on which it holds.")


class MendedShown(View):
    """One change: what stood in the file and what stands in the text."""

    kind: Mend
    line: int = Field(description="Counted from 1 in the file's own lines.")
    before: str
    after: str


class ImportedShown(View):
    """A file as a draft; nothing is saved."""

    kind: FileKind
    encoding: str
    title: str = Field(description="A guess, to be looked at.")
    text: str
    mended: list[MendedShown] = Field(description="The first 200 changes.")
    mended_count: int
    warnings: list[str] = Field(description="For people, in Vietnamese.")
    aside: list[str] = Field(
        default=[], description="Head and foot of an official letter, line by line: not in `text`."
    )
    doubtful: list[str] = Field(
        default=[], description="Words that were recognised in a picture and may be wrong, in their order."
    )
    reference: ReferenceShown = Field(description="What the text's head says of its legal act: a proposal.")
