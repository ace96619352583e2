"""JSON shapes of bulletins: wording, recording, approval, topic, programme."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.accounts.passkey_schemas import DeviceChosen, SignatureGiven
from controller.features.bulletins.word_diff import Change
from controller.features.speech.schemas import Engine, RegisterAsked, VoiceName
from controller.http.schemas import Code, Command, View
from controller.model.base import ID_LENGTH
from controller.model.bulletin_states import BulletinState, ItemKind, RenderingState, RevisionKind
from controller.model.bulletins import LONGEST_TOPIC_NAME, USUAL_HIGHEST_GRADE
from controller.model.lexicon import LONGEST_SPOKEN, LONGEST_WRITTEN
from controller.model.wording import LONGEST_ISSUER, MOST_OWN_WORDS, Manner, ReadingPace, Words
from devices.ids import Grade
from devices.wire_types import DIGEST_PATTERN
from tts.normalization.checking import MOST_READINGS

Issuer = Annotated[str, Field(max_length=LONGEST_ISSUER)]
Readings = Annotated[int, Field(ge=1, le=MOST_READINGS)]
TopicCodeAsked = Annotated[str, Field(max_length=ID_LENGTH)]
BasedOn = Annotated[
    Annotated[int, Field(ge=1)] | None,
    Field(description="The revision that was changed; a newer one answers 409 `bulletin.newer`. Null: any."),
]


class OwnWord(View):
    """A word that one bulletin has read otherwise than the lexicon and the rules would."""

    written: Annotated[str, Field(max_length=LONGEST_WRITTEN, description="As it stands in the text.")]
    spoken: Annotated[str, Field(max_length=LONGEST_SPOKEN, description="In Vietnamese syllables.")]

    @property
    def pair(self) -> tuple[str, str]:
        """Both sides, as a wording keeps them."""
        return self.written, self.spoken


OwnWords = Annotated[list[OwnWord], Field(max_length=MOST_OWN_WORDS)]


def own_words_shown(words: Words) -> list[OwnWord]:
    """Return a bulletin's own words as JSON shows them."""
    return [OwnWord(written=written, spoken=spoken) for written, spoken in words]


class Mannered(Command):
    """How a text is presented to listeners."""

    issuer: Issuer = Field("", description="Who speaks to the people; said before the title.")
    readings: Readings = Field(1, description="How many times the text is read in one recording.")
    own_words: OwnWords = Field([], description="Read otherwise in this bulletin alone; part of the wording.")
    pace: ReadingPace = Field(
        ReadingPace.USUAL, description="How fast it is read, beside the speed of its area."
    )
    reading_register: RegisterAsked = None
    engine: Engine = ""
    voice: VoiceName = ""
    alert: bool = Field(
        default=False,
        description="Whether it begins with the alert tone; it is then for emergencies alone.",
    )

    @property
    def manner(self) -> Manner:
        """How the wording is to be read."""
        return _manner_of(self)


class Submit(Command):
    """What the approver is asked for."""

    highest_grade: Grade | None = Field(
        None,
        description="The highest grade at which it may sound. Null: as asked before, at first `priority`, "
        "which is for routine and priority; `emergency` must be asked for.",
    )


class Approve(SignatureGiven):
    """What the approver has read and heard, and how the approval is signed."""

    revision: Annotated[int, Field(ge=1)]
    recording: Annotated[str, Field(pattern=DIGEST_PATTERN)]
    declared: bool = Field(
        default=False,
        description="True: the approver says that they heard all of it by other means than a player that "
        "reports to `/recordings/{recording}/played`. They must have fetched it; the journal says so.",
    )
    highest_grade: Grade = Field(
        USUAL_HIGHEST_GRADE,
        description="The highest grade that the approver has agreed to; 409 if the author asks for another.",
    )


class AskApproval(DeviceChosen):
    """Which of one's devices is to sign the approval of what."""

    revision: Annotated[int, Field(ge=1)]
    recording: Annotated[str, Field(pattern=DIGEST_PATTERN)]
    declared: bool = False
    highest_grade: Grade = USUAL_HIGHEST_GRADE


class AuthorSigned(SignatureGiven):
    """What its author has heard of their own bulletin, and how they sign it."""

    revision: Annotated[int, Field(ge=1)]
    recording: Annotated[str, Field(pattern=DIGEST_PATTERN)]


class AskAuthor(DeviceChosen):
    """Which of one's devices is to sign one's own bulletin."""

    revision: Annotated[int, Field(ge=1)]
    recording: Annotated[str, Field(pattern=DIGEST_PATTERN)]


class Played(Command):
    """What a person's player played of a recording."""

    spans: Annotated[
        list[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]], Field(max_length=200)
    ] = Field(description="Stretches, each from and to, in ms of the recording.")


class HeardShown(View):
    """All that the person played of a recording; more than the elapsed time allows is not counted."""

    served: bool = Field(description="Whether all of it was ever sent to the person.")
    spans: list[tuple[int, int]]
    played_ms: int
    duration_ms: int
    is_whole: bool = Field(description="Whether all of it was played.")


class RenderingShown(View):
    """The making of a recording."""

    state: RenderingState
    stage: str | None = Field(description="reading, speaking, mixing, encoding or done; null when at rest.")
    done: int | None
    total: int | None
    engine: str | None = Field(description="The engine that really spoke.")
    fallback_reason: str | None
    fault: str | None
    sentence: str | None = Field(description="What went wrong, for people.")
    spoken_text: str | None
    recording: str | None = Field(description="SHA-256; the audio is at `/tep/{recording}.mp3`.")
    duration_ms: int | None
    size: int | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None


class BulletinShown(View):
    """One bulletin in a list."""

    id: str
    title: str
    state: BulletinState
    revision: int
    area: Code
    test: bool
    highest_grade: Grade = Field(description="What its author asks for: it sounds at no higher grade.")
    returned_reason: str | None
    created_at: datetime
    changed_at: datetime


class BulletinWhole(BulletinShown):
    """One bulletin with its newest wording and recording."""

    text: str
    text_sha256: str = Field(description="Of the wording: what an approval is bound to.")
    issuer: str = Field(description="Said before the title; empty if nobody is named.")
    readings: int
    own_words: list[OwnWord] = Field(description="What this bulletin alone has read otherwise.")
    pace: ReadingPace
    reading_register: RegisterAsked
    engine: Engine
    voice: VoiceName
    cloned_from: str | None = Field(description="What it was copied from; approvers compare it with that.")
    cloned_revision: int | None
    rendering: RenderingShown | None


class TopicShown(View):
    """One topic of the province's list."""

    code: str
    name: str
    is_ended: bool = Field(description="Not offered any more; bulletins that have it keep it.")


class TopicNamed(Command):
    """A topic's name."""

    name: Annotated[str, Field(max_length=LONGEST_TOPIC_NAME)]


class TopicChosen(Command):
    """What a bulletin is about; null removes the topic."""

    topic: TopicCodeAsked | None


class TopicOfBulletin(View):
    """What a bulletin is about; null where nobody has chosen."""

    topic: TopicShown | None


class DraftOnTopic(Mannered):
    """A new text, and what it is about."""

    title: str
    text: str
    area: Code | None = Field(None, description="Where it belongs; by default the author's own area.")
    topic: TopicCodeAsked | None = None


class Revise(Command):
    """Another wording for a draft or a returned bulletin."""

    title: str
    text: str
    issuer: Issuer | None = Field(None, description="Left out, it stays; so do the others below.")
    readings: Readings | None = None
    own_words: OwnWords | None = None
    pace: ReadingPace | None = None
    reading_register: RegisterAsked = Field(None, description="Null, too, is as in its area.")
    engine: Engine | None = None
    voice: VoiceName | None = Field(None, description="Left out beside `engine`, its first one.")
    alert: bool | None = Field(None, description="Whether it begins with the alert tone of emergencies.")
    based_on: BasedOn = None


class Correct(Command):
    """The text with a few letters mended."""

    revision: Annotated[int, Field(ge=1, description="The one that was mended; 409 if there is another.")]
    text: str


class RevisionShown(View):
    """One frozen wording."""

    number: int
    kind: RevisionKind
    text: str
    text_sha256: str
    issuer: str
    readings: int
    own_words: list[OwnWord]
    pace: ReadingPace
    reading_register: RegisterAsked
    engine: Engine
    voice: VoiceName
    alert: bool = Field(description="Whether it begins with the alert tone of emergencies.")
    author: str = Field(description="The name by which its author signs in.")
    corrected: bool = Field(description="Whether an approver mended letters of the version before.")
    created_at: datetime
    recording: str | None
    approved_at: datetime | None

    @property
    def manner(self) -> Manner:
        """How it is given to the people."""
        return _manner_of(self)


def _manner_of(told: Mannered | RevisionShown) -> Manner:
    own = tuple(one.pair for one in told.own_words)
    return Manner(
        told.issuer,
        told.readings,
        own,
        told.pace,
        told.reading_register,
        told.engine,
        told.voice,
        told.alert,
    )


class StretchShown(View):
    """Consecutive words that are equal, added or removed."""

    change: Change
    text: str


class DifferencesShown(View):
    """Two wordings compared, in order."""

    before: int
    after: int
    stretches: list[StretchShown]
    issuer_before: str
    issuer_after: str
    readings_before: int
    readings_after: int
    own_words_before: list[OwnWord]
    own_words_after: list[OwnWord]
    pace_before: ReadingPace
    pace_after: ReadingPace
    reading_register_before: RegisterAsked
    reading_register_after: RegisterAsked
    engine_before: Engine
    engine_after: Engine
    voice_before: VoiceName
    voice_after: VoiceName
    alert_before: bool
    alert_after: bool


class VariantShown(View):
    """A bulletin in another language: a bulletin of its own."""

    bulletin: BulletinShown
    language: str
    is_current: bool = Field(description="Whether it is of the newest wording; only then it is aired.")


class ItemAsked(Command):
    """A part of a programme; which fields count, its kind says."""

    kind: ItemKind
    text: str | None = Field(None, description="What is said (`speech`), or what is in the `recording`.")
    bulletin: str | None = Field(None, description="Of a `bulletin`: an approved one.")
    upload: Annotated[str, Field(pattern=DIGEST_PATTERN)] | None = Field(
        None, description="Of a `recording`: what `/programmes/sounds` answered."
    )
    seconds: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="Of a `silence`.")


class ProgrammeAsked(Command):
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


class ItemShown(View):
    """A part of a programme."""

    kind: ItemKind
    text: str | None
    bulletin: str | None
    upload: str | None
    seconds: int | None


class SoundKept(View):
    """A sound file that an item of a programme can name."""

    upload: str = Field(description="SHA-256 of the file as it came.")
