"""Shapes of what programs send and get about texts: imports, legal acts, versions, notices."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from controller.features.airings.schemas import Asked, BulletinShown, Code
from controller.features.bulletins.schemas import Issuer, Readings
from controller.features.bulletins.word_diff import Change
from controller.features.imports.file_kinds import FileKind
from controller.features.imports.text_repair import Mend
from controller.model.bulletin_states import ItemKind, RevisionKind
from controller.model.notices import NoticeKind
from devices.messages import DIGEST_PATTERN

BasedOn = Annotated[
    Annotated[int, Field(ge=1)] | None,
    Field(description="The revision that was changed; a newer one answers 409 `bulletin.newer`. Null: any."),
]


class ReferenceShown(BaseModel):
    """A legal act; what is not known is null."""

    number: str | None = Field(description="Such as `1322/QĐ-UBND`.")
    kind: str | None
    issuer: str | None
    dated: date | None
    in_force_from: date | None
    in_force_until: date | None = Field(description="The last day on which it holds.")


class MendedShown(BaseModel):
    """One change: what stood in the file and what stands in the text."""

    kind: Mend
    line: int = Field(description="Counted from 1 in the file's own lines.")
    before: str
    after: str


class ImportedShown(BaseModel):
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
    reference: ReferenceShown = Field(description="What the text's head says of its legal act: a proposal.")


class ReferenceAsked(Asked):
    """A legal act, as a person says; all of it empty takes it back."""

    number: Annotated[str, Field(max_length=100)] | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    issuer: Annotated[str, Field(max_length=200)] | None = None
    dated: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None


class LegalShown(BaseModel):
    """The act of a bulletin: what a person said, and what its newest wording proposes."""

    reference: ReferenceShown | None
    proposal: ReferenceShown
    cancelled: list[str] = Field(
        default=[], description="Airings that were cancelled just now: they lay beyond the act's end."
    )


class Revise(Asked):
    """Another wording for a draft or a returned bulletin."""

    title: str
    text: str
    issuer: Issuer | None = Field(None, description="Left out, it stays; so do `readings`.")
    readings: Readings | None = None
    based_on: BasedOn = None


class RevisionShown(BaseModel):
    """One frozen wording."""

    number: int
    kind: RevisionKind
    text: str
    text_sha256: str
    issuer: str
    readings: int
    author: str = Field(description="The name by which its author signs in.")
    created_at: datetime
    recording: str | None
    approved_at: datetime | None


class StretchShown(BaseModel):
    """Words in a row with one fate."""

    change: Change
    text: str


class DifferencesShown(BaseModel):
    """Two wordings compared, in order."""

    before: int
    after: int
    stretches: list[StretchShown]
    issuer_before: str
    issuer_after: str
    readings_before: int
    readings_after: int


class NoticeShown(BaseModel):
    """Something that the station tells a person by itself."""

    id: str
    kind: NoticeKind
    subject: str = Field(description="The bulletin (or airing) that it is about.")
    sentence: str = Field(description="For people, in Vietnamese.")
    at: datetime
    read_at: datetime | None


class NoticesRead(BaseModel):
    """How many notices were new."""

    read: int


class LanguageShown(BaseModel):
    """A language that areas can be spoken to in."""

    code: str = Field(description="ISO 639-3.")
    name: str = Field(description="In Vietnamese.")
    english: str


class LanguagesAsked(Asked):
    """The languages of an area, the best first."""

    languages: Annotated[list[Annotated[str, Field(min_length=3, max_length=3)]], Field(max_length=10)]


class AreaLanguages(BaseModel):
    """The languages in which an area, and all below it without a list, is spoken to."""

    area: Code
    languages: list[str]


class VariantShown(BaseModel):
    """A bulletin in another language: a bulletin of its own."""

    bulletin: BulletinShown
    language: str
    is_current: bool = Field(description="Whether it is of the newest wording; only then it is aired.")


class ItemAsked(Asked):
    """A part of a programme; which fields count, its kind says."""

    kind: ItemKind
    text: str | None = Field(None, description="What is said (`speech`), or what is in the `recording`.")
    bulletin: str | None = Field(None, description="Of a `bulletin`: an approved one.")
    upload: Annotated[str, Field(pattern=DIGEST_PATTERN)] | None = Field(
        None, description="Of a `recording`: what `/programmes/sounds` answered."
    )
    seconds: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="Of a `silence`.")


class ProgrammeAsked(Asked):
    """Items in their order, with words of the programme's own around them."""

    title: str
    items: Annotated[list[ItemAsked], Field(min_length=1, max_length=40)]
    intro: str | None = Field(None, description="Said before everything but a chime.")
    outro: str | None = Field(None, description="Said after everything but a chime.")
    again_if_preempted: bool = Field(
        default=False,
        description="Whether an airing that a higher grade cut off comes again in the next slot, once.",
    )
    area: Code | None = Field(None, description="Where it belongs; by default the author's own area.")
    based_on: BasedOn = None


class ItemShown(BaseModel):
    """A part of a programme."""

    kind: ItemKind
    text: str | None
    bulletin: str | None
    upload: str | None
    seconds: int | None


class SoundKept(BaseModel):
    """A sound file that an item of a programme can name."""

    upload: str = Field(description="SHA-256 of the file as it came.")


class SpanShown(BaseModel):
    """A stretch of a text and what is said for it."""

    written: str
    spoken: str
    rule: str
    start: int = Field(description="Characters of the `written` of the whole text; `end` too.")
    end: int
    sure: bool = Field(description="false where a person should listen.")
    typed: str | None = Field(description="What stood there before mending changed it; null: nothing was.")


class ReadingWarningShown(BaseModel):
    """What a person should look at."""

    code: str
    sentence: str
    start: int
    end: int


class ReadingShown(BaseModel):
    """How a text is read: `written` as it stands after mending, its spans in order, what is spoken."""

    written: str
    spoken: str
    spans: list[SpanShown]
    warnings: list[ReadingWarningShown]


class WordingRead(BaseModel):
    """How a bulletin's newest wording is read, with the words that its area was taught."""

    title: ReadingShown
    text: ReadingShown
