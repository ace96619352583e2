"""Files of a hub: the feed, a document, a province's report; pure. docs/hub.md gives the format.

The feed and reports are compact JWS by a station's key. A document is named by its SHA-256, which the feed
states, and carries the approval that loudspeakers check themselves.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeVar

from pydantic import Field, StringConstraints

from controller.errors import BadInput
from controller.model.plan_states import next_version
from controller.model.wording import Manner, ReadingPace, clean_text, clean_title, digest_of
from devices.ids import Grade, Role
from devices.instants import Instant
from devices.jose import PublicKey, Sealed, checked, key_id
from devices.messages import Manifest
from devices.not_trusted import MalformedJws, UnknownKey, WrongApproval
from devices.signing import TrustedKeys, verify
from devices.statements import MOST_APPROVED_AREAS, Approval, Key
from devices.wire_types import (
    COMPACT_JWS_PATTERN,
    AreaName,
    Digest,
    KeyName,
    Label,
    Malformed,
    RecordingDigest,
    Version,
    WireMessage,
    WireObject,
    parse,
)
from tts.normalization import Register

FEED: Final = "feed"
DOCUMENTS: Final = "documents"
RECORDINGS: Final = "recordings"
REPORTS: Final = "reports"
"""Names in a hub's folder, and of its addresses."""
FEED_TYP: Final = "loa-hub-feed"
REPORT_TYP: Final = "loa-hub-report"
MOST_DOCUMENTS: Final = 500
"""In one feed: all that is in force at once. Signed, some 200 kB."""
MOST_APPROVERS: Final = 64
MOST_DRILLS: Final = 20
LONGEST_FEED: Final = 512 * 1024
"""Bytes, as of the longest JWS."""
LONGEST_DOCUMENT: Final = 512 * 1024
"""Bytes: the longest text, its words and an approval."""
LONGEST_REPORT: Final = 64 * 1024
LONGEST_RECORDING: Final = 64 * 1024 * 1024
"""Bytes: three hours at 48 kbit/s."""
AHEAD: Final = timedelta(minutes=10)
"""How far ahead of our own clock a hub or a province may date what it signs."""
_MOST_REVISIONS: Final = 2**31
"""As in the database."""
Count = Annotated[int, Field(ge=0, lt=2**31)]
Minutes = Annotated[float, Field(ge=0, lt=2**31)]
M = TypeVar("M", bound=WireMessage)


class ListedDocument(WireObject):
    """A document that is in force: its file's SHA-256, where it may sound, and whose key approved it."""

    sha256: Digest
    areas: Annotated[tuple[AreaName, ...], Field(min_length=1, max_length=MOST_APPROVED_AREAS)]
    kid: KeyName
    recording: RecordingDigest


class ListedApprover(WireObject):
    """An approver of the hub: the key (with `holder`, and its end if it has one), and the person's name."""

    key: Key
    name: Label


class Feed(WireMessage):
    """All that is in force at a hub; `typ` loa-hub-feed."""

    version: Version
    issued_at: Instant
    hub: Label
    approvers: Annotated[tuple[ListedApprover, ...], Field(max_length=MOST_APPROVERS)]
    documents: Annotated[tuple[ListedDocument, ...], Field(max_length=MOST_DOCUMENTS)]


class DocumentFile(WireMessage):
    """A wording, its recording's manifest, and its approval, which covers the text and the recording."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    text: str
    issuer: Annotated[str, StringConstraints(max_length=200)] = ""
    readings: Annotated[int, Field(ge=1, le=3)] = 1
    words: Annotated[tuple[tuple[str, str], ...], Field(max_length=40)] = ()
    pace: ReadingPace = ReadingPace.USUAL
    reading_register: Register | None = None
    engine: Annotated[str, StringConstraints(max_length=50)] = ""
    voice: Annotated[str, StringConstraints(max_length=100)] = ""
    alert: bool = False
    manifest: Manifest
    approval: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN, max_length=4096)]

    @property
    def manner(self) -> Manner:
        """How it is given to the people, as its author chose."""
        register, voice = self.reading_register, (self.engine, self.voice)
        return Manner(self.issuer, self.readings, self.words, self.pace, register, *voice, self.alert)


class ReportedDrill(WireObject):
    """A drill of a province: how many loudspeakers counted, how many were heard, and why others were not."""

    id: Label
    name: Annotated[str, StringConstraints(max_length=120)]
    at: Instant
    counted: Count
    heard: Count
    causes: Annotated[dict[Label, Count], Field(max_length=32)]


class Report(WireMessage):
    """A province's figures of one day: counts alone, of no person and no loudspeaker; `typ` loa-hub-report.

    `communes_heard`: in which at least one loudspeaker began what was planned there.
    """

    province: AreaName
    name: Label
    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    made_at: Instant
    loudspeakers: Count
    airings: Count
    airings_heard: Count
    communes: Count
    communes_heard: Count
    planned_for: Count
    heard_at: Count
    minutes_planned: Minutes
    minutes_heard: Minutes
    drills: Annotated[tuple[ReportedDrill, ...], Field(max_length=MOST_DRILLS)] = ()


def newest_version(now: datetime) -> int:
    """Return the greatest version that a feed may have now: the time in ms, `AHEAD` of our clock.

    Whoever holds the hub's key for an hour could otherwise shut out all later feeds, of a new key too.
    """
    return next_version(0, now + AHEAD)


def read_signed(text: bytes | str, typ: str, model: type[M], publics: Collection[str]) -> M:
    """Return what one of these stations' public keys signed; raise NotTrusted or Malformed."""
    sealed = Sealed.read(text, typ)
    named = {key_id(Role.STATION, public): public for public in publics}
    if sealed.kid not in named:
        raise UnknownKey(f"{typ}: {sealed.kid} is none of the keys that are known here")
    return checked(sealed, model, PublicKey(named[sealed.kid]))


def read_feed(text: bytes | str, publics: Collection[str]) -> Feed:
    """Return a feed by the hub's key; raise NotTrusted or Malformed. Whether it is new, the caller judges."""
    feed = read_signed(text, FEED_TYP, Feed, publics)
    for one in feed.approvers:
        if one.key.kid != key_id(Role.APPROVER, one.key.public) or one.key.holder is None:
            raise MalformedJws("an approver's key does not fit its name")
    return feed


def read_document(content: bytes, sha256: str, key: Key, now: datetime) -> tuple[DocumentFile, Approval]:
    """Return a document that this approver's key approved, and the approval; raise NotTrusted or Malformed.

    The recording is not looked at: its bytes must have the digest that the manifest states.
    """
    if len(content) > LONGEST_DOCUMENT or hashlib.sha256(content).hexdigest() != sha256:
        raise Malformed("the document does not have the digest that the feed states")
    document = parse(DocumentFile, content)
    approval = verify(document.approval, Approval, TrustedKeys.for_good([key]), now)
    if digest_of(document.text, document.manner) != approval.text_sha256:
        raise WrongApproval("the approval is for another text")
    _check_words(document, approval)
    if document.manifest.recording != approval.recording:
        raise WrongApproval("the approval is for another recording")
    if approval.test or approval.grade is Grade.EMERGENCY or document.alert:
        raise WrongApproval("a hub hands on what is routine or priority, and no test")
    if approval.approver != key.holder or approval.author == approval.approver:
        raise WrongApproval("the approval names another approver, or its author")
    return document, approval


def _check_words(document: DocumentFile, approval: Approval) -> None:
    """Raise Malformed for what the database or a page could not take; the title is signed by nobody."""
    try:
        cleaned = clean_title(document.title), clean_text(document.text)
    except BadInput as error:
        raise Malformed("the title or the text cannot be read out") from error
    if cleaned != (document.title, document.text) or approval.revision >= _MOST_REVISIONS:
        raise Malformed("the title, the text or the revision's number is not as a station writes it")
