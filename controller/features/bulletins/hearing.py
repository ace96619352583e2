"""What an approver must hear of the recording of a bulletin's wording (decision 104)."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from controller.errors import LoaError, NotFound
from controller.features.accounts.viewer import Caller
from controller.features.bulletins.listening_proof import ListeningProof, heard_by, is_enough
from controller.features.bulletins.must_hear import Before, ToHear, Words, sentences_of, to_hear
from controller.features.bulletins.page_queries import visible_speech
from controller.features.bulletins.queries import get_revision, rendering_of
from controller.features.bulletins.revisions import compared_with
from controller.features.bulletins.wording_views import Taught as By
from controller.features.bulletins.wording_views import taught_by, taught_forms
from controller.features.lexicon.queries import words_for
from controller.features.reading.child_reader import read_apart
from controller.http.sounds import unless_away
from controller.http.station import Station
from controller.model.bulletin_states import RevisionKind
from controller.model.bulletins import Bulletin, Rendering
from controller.model.permissions import Operator
from controller.model.wording import Words as Pairs
from controller.model.wording import words_with
from controller.store import one_read
from devices.ids import RecordingId
from tts.errors import TextError
from tts.normalization import Reading, Region, Register
from tts.recordings import RecordingId as SoundId
from tts.sidecar import phrases_of

_REMEMBERED = 64
"""Readings that are kept: a page that lives is drawn again each few seconds."""


@dataclass(frozen=True, slots=True)
class RecordingHeard:
    """What a person must hear of a recording, None: all of it; and what they heard."""

    recording: str
    heard: ListeningProof
    needed: ToHear | None

    @property
    def is_enough(self) -> bool:
        """Whether they heard what an approval requires."""
        return is_enough(self.heard, self.needed)


@one_read
def hearing_of(session: Session, caller: Caller, bulletin_id: str) -> RecordingHeard:
    """Return what the person must hear of a bulletin's newest recording, and what they heard of it.

    Where the store of recordings does not answer, all of it is shown as to be heard; an approval asks again.
    """
    bulletin, speech = visible_speech(session, caller.scope, bulletin_id)
    if speech.recording is None:
        raise NotFound("Âm thanh của bản tin này chưa dựng xong.", code="bulletin.not-rendered")
    recording = speech.recording.id
    needed = unless_away(lambda: needed_of(session, caller.station, bulletin, by=caller.by), None)
    return RecordingHeard(recording, heard_by(session, caller.by, recording), needed)


def needed_of(session: Session, station: Station, bulletin: Bulletin, *, by: Operator) -> ToHear | None:
    """Return what this person must hear of the recording of the newest wording; None: all of it.

    All of a brought recording and of a programme, and wherever times and words are not known exactly. Raises
    StoreAway where the store of recordings does not answer.
    """
    wording = get_revision(session, bulletin.id, bulletin.revision)
    made = rendering_of(session, bulletin.id, bulletin.revision)
    if wording.kind is not RevisionKind.TEXT or made is None or made.recording is None:
        return None
    phrases = phrases_of(station.recordings, SoundId(made.recording))
    own, region = wording.own_words, station.settings.region
    taught, forms = words_with(words_for(session, bulletin.area), own), taught_forms((), own)
    try:
        issuer, title, text = (
            _read(written, taught, region, made.register)
            for written in (wording.issuer, bulletin.title, wording.text)
        )
    except (LoaError, TextError):
        return None
    words = Words(issuer, title, text, wording.readings, lambda span: taught_by(span, forms) is By.BULLETIN)
    before = _before(session, station, bulletin, by)
    return to_hear(phrases, words, before, recording=made.recording, person=by.name)


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str, words: Pairs, region: Region, register: Register) -> Reading:
    return read_apart(text, words, region, register)


def _before(session: Session, station: Station, bulletin: Bulletin, by: Operator) -> Before | None:
    """Return the version that the new one is compared with; another voice has nothing in common with it."""
    known = compared_with(session, bulletin)
    if known is None:
        return None
    old = rendering_of(session, known.bulletin, known.number)
    new = rendering_of(session, bulletin.id, bulletin.revision)
    nothing = Before(frozenset(), frozenset())
    if old is None or new is None or old.recording is None or _voice(old) != _voice(new):
        return nothing
    spans = heard_by(session, by, RecordingId(old.recording)).spans
    sentences = list(sentences_of(phrases_of(station.recordings, SoundId(old.recording))))
    return Before(
        frozenset(one.key for one in sentences),
        frozenset(one.key for one in sentences if one.is_in(spans)),
    )


def _voice(made: Rendering) -> tuple[str | None, str, float, Register]:
    return made.engine_used, made.voice, made.rate, made.register
