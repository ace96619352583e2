"""Writes and reads of the exchange itself: what the station fetched from the hub, verified, and what it sent.

Nothing here plans an airing or makes a bulletin: a person takes a document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from controller.errors import Conflict
from controller.features.areas.queries import area_tree
from controller.features.hub.documents import AHEAD, DocumentFile, Feed, newest_version, read_document
from controller.features.hub.notifications import tell_of_gone, tell_of_named_again, tell_of_new
from controller.features.hub.queries import exchange, feed_of, key_of
from controller.features.journal.service import record
from controller.model.bulletins import Recording
from controller.model.hub import HubApprover, HubDocument, HubExchange
from controller.store import one_read, one_write
from devices.ids import AreaCode, RecordingId
from devices.messages import Manifest
from devices.statements import Key
from devices.wire_types import parse

MOST_A_DAY: Final = 200
"""Documents in 24 hours, of all that a feed may change each few minutes: what comes stays in the database."""
MOST_SOUND_A_DAY: Final = 1024**3
"""Bytes of recordings in 24 hours: 50 hours at 48 kbit/s."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoomOfDay:
    """How many more documents, and bytes of recordings, are taken now."""

    documents: int
    sound_bytes: int


@dataclass(frozen=True, slots=True)
class WantedDocument:
    """A document that the feed names and the province has not: whose key must have approved it, and where."""

    document: str
    key: Key
    area: AreaCode


@dataclass(frozen=True, slots=True)
class WantedSound:
    """A recording that a document needs to count here."""

    document: str
    manifest: Manifest

    @property
    def recording(self) -> RecordingId:
        """The name of its bytes."""
        return self.manifest.recording


@one_write
def keep_feed(session: Session, text: str, feed: Feed, *, now: datetime) -> bool:
    """Keep a feed that the hub's key signed, and return whether it is new.

    Conflict for one that is older than the newest, and for one of the future.
    """
    state = _state(session)
    if feed.issued_at > now + AHEAD or feed.version > newest_version(now):
        raise Conflict("Trung tâm ghi ngày giờ ở tương lai nên đã bỏ.", code="hub.future")
    if feed.version < state.version or (feed.version == state.version and text != state.feed):
        raise Conflict("Trung tâm đưa ra danh sách cũ hơn lần trước nên đã bỏ.", code="hub.older")
    is_new = feed.version > state.version
    state.version, state.feed, state.issued_at = feed.version, text, feed.issued_at
    _heard(state, now)
    named = {one.sha256 for one in feed.documents}
    known = select(HubDocument).where(or_(HubDocument.gone_at.is_(None), HubDocument.sha256.in_(named)))
    for row in session.scalars(known.options(defer(HubDocument.content))):
        if row.sha256 in named and row.gone_at is not None:
            row.gone_at = None
            tell_of_named_again(session, row, now)
        elif row.sha256 not in named and row.gone_at is None:
            row.gone_at = now
            tell_of_gone(session, row, now)
    return is_new


@one_write
def note_heard(session: Session, *, now: datetime) -> None:
    """Note that the hub's feed is still the one that is known."""
    _heard(_state(session), now)


@one_write
def note_fault(session: Session, sentence: str) -> None:
    """Note what is wrong with the hub, in words; since when, says when it was last heard."""
    _state(session).fault = sentence


@one_write
def note_report(session: Session, text: str, fault: str | None, *, now: datetime) -> None:
    """Note the figures that were sent, or why the hub did not take them."""
    state = _state(session)
    state.send_fault = fault
    if fault is None:
        state.reported, state.sent_at = text, now


@one_read
def room_of_day(session: Session, now: datetime) -> RoomOfDay:
    """Return what is left of the bounds of the last 24 hours."""
    since = now - _ONE_DAY
    came = session.scalar(select(func.count()).select_from(HubDocument).where(HubDocument.came_at > since))
    of_hub = select(HubDocument.recording).where(HubDocument.has_sound)
    sizes = select(func.sum(Recording.size)).where(Recording.id.in_(of_hub), Recording.created_at > since)
    return RoomOfDay(max(0, MOST_A_DAY - (came or 0)), MOST_SOUND_A_DAY - int(session.scalar(sizes) or 0))


@one_read
def wanted_documents(session: Session) -> Sequence[WantedDocument]:
    """Return documents by accepted approvers, for areas here, not fetched yet; the newest first."""
    feed, tree = feed_of(exchange(session)), area_tree(session)
    accepted = {
        row.kid: (row, key_of(row, feed))
        for row in session.scalars(select(HubApprover).where(HubApprover.ended_at.is_(None)))
    }
    known, found = set(session.scalars(select(HubDocument.sha256))), []
    for one in reversed(feed.documents if feed else ()):
        areas = tree.outermost(area for area in one.areas if area in tree)
        if one.sha256 in known or one.kid not in accepted or not areas:
            continue
        approver, key = accepted[one.kid]
        here = (area for area in areas if approver.area in tree.lineage(area))
        if not key.has_end:
            found.append(WantedDocument(one.sha256, key, next(here, areas[0])))
    return found


@one_write
def keep_document(session: Session, wanted: WantedDocument, content: bytes, *, now: datetime) -> None:
    """Keep a document; raises NotTrusted or Malformed for what its approver did not approve like this."""
    document, approval = read_document(content, wanted.document, wanted.key, now)
    if wanted.area not in approval.areas:
        raise Conflict("Trung tâm nêu văn bản này cho nơi mà Bộ không duyệt.", code="hub.other-area")
    if session.get(HubDocument, wanted.document) is not None:
        return
    row = HubDocument(
        sha256=wanted.document,
        kid=wanted.key.kid,
        title=document.title,
        grade=approval.grade,
        area=wanted.area,
        approved_at=approval.approved_at,
        expires_at=approval.expires_at,
        recording=approval.recording,
        content=content.decode(),
        came_at=now,
    )
    session.add(row)
    tell_of_new(session, row, now)
    detail = {"title": row.title, "holder": wanted.key.holder}
    record(session, None, "hub.document-came", wanted.document, now, detail=detail)


@one_read
def wanted_sounds(session: Session, now: datetime) -> Sequence[WantedSound]:
    """Return recordings still to be fetched, of documents that could count here by their approver."""
    query = (
        select(HubDocument)
        .join(HubApprover, HubApprover.kid == HubDocument.kid)
        .where(HubApprover.grade.is_not(None), HubApprover.ended_at.is_(None))
        .where(~HubDocument.has_sound, HubDocument.gone_at.is_(None), HubDocument.bulletin.is_(None))
        .where(HubDocument.expires_at > now)
        .order_by(HubDocument.came_at.desc())
    )
    return [
        WantedSound(row.sha256, parse(DocumentFile, row.content).manifest) for row in session.scalars(query)
    ]


@one_write
def keep_sound(session: Session, wanted: WantedSound, *, now: datetime) -> None:
    """Note that a recording lies in the store, with the bytes that its manifest describes."""
    if session.get(Recording, wanted.recording) is None:
        session.add(Recording.described_by(wanted.manifest, now))
    session.get_one(HubDocument, wanted.document).has_sound = True


def _state(session: Session) -> HubExchange:
    state = exchange(session)
    session.add(state)
    return state


def _heard(state: HubExchange, now: datetime) -> None:
    state.heard_at, state.fault = now, None
