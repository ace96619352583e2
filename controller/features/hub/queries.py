"""Reads of the hub as a province sees it: the exchange, approvers, documents and whether they count."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import requires_authors, sees
from controller.features.accounts.scope import Scope
from controller.features.areas.queries import area_tree
from controller.features.hub.documents import DocumentFile, Feed
from controller.features.hub.schemas import ApproverShown, DocumentShown, HubShown, OfferedApprover
from controller.model.accounts import HeldKey
from controller.model.hub import ONE_HUB, HubApprover, HubDocument, HubExchange
from controller.model.permissions import Operator
from controller.settings import Settings
from controller.store import one_read
from devices.ids import Grade, KeyId
from devices.jose import read_payload
from devices.statements import Key
from devices.wire_types import parse

SILENT_AFTER: Final = timedelta(days=2)
"""A hub signs its feed anew each day: who holds it back is noticed on the second."""
MOST_SHOWN: Final = 200


@one_read
def exchange(session: Session) -> HubExchange:
    """Return how far the exchange is; one that never was is as good as new."""
    return session.get(HubExchange, ONE_HUB) or HubExchange(id=ONE_HUB, version=0, feed="", reported="")


def feed_of(state: HubExchange) -> Feed | None:
    """Return the newest feed, whose signature was checked when it came; None before the first."""
    return Feed.model_validate(read_payload(state.feed), extra="ignore") if state.feed else None


def key_of(approver: HubApprover, feed: Feed | None) -> Key:
    """Return an accepted approver's key as people compared it, with the end that the hub tells of it."""
    key = Key.model_validate(approver.key)
    told = next((one.key for one in feed.approvers if one.key.kid == key.kid), None) if feed else None
    if told is None or not told.has_end:
        return key
    ends = {"retired_at": told.retired_at, "compromised_since": told.compromised_since}
    return key.model_copy(update=ends)


@one_read
def hub_shown(session: Session, settings: Settings, now: datetime) -> HubShown:
    """Return how the exchange stands, who is accepted, and whom the hub names beside them."""
    state = exchange(session)
    feed = feed_of(state)
    rows = session.scalars(select(HubApprover).order_by(HubApprover.accepted_at)).all()
    trusted = set(
        session.scalars(select(HeldKey.kid).where(HeldKey.in_key_set, HeldKey.retired_at.is_(None)))
    )
    known = {one.kid for one in rows}
    listed = feed.approvers if feed else ()
    ages = [at for at in (state.heard_at, state.issued_at) if at is not None]
    return HubShown(
        address=settings.hub_url,
        hub=feed.hub if feed else "",
        heard_at=state.heard_at,
        issued_at=state.issued_at,
        is_silent=bool(settings.hub_keys) and (not ages or now - min(ages) > SILENT_AFTER),
        fault=state.fault,
        sent_at=state.sent_at,
        send_fault=state.send_fault,
        reported=read_payload(state.reported) if state.reported else None,
        approvers=[_approver(one, feed, trusted) for one in rows],
        offered=[
            OfferedApprover(
                kid=one.key.kid, holder=one.key.holder or "", name=one.name, public=one.key.public
            )
            for one in listed
            if one.key.kid not in known and not one.key.has_end
        ],
    )


def _approver(row: HubApprover, feed: Feed | None, trusted: set[KeyId]) -> ApproverShown:
    key = key_of(row, feed)
    told = {"public": key.public, "is_trusted": row.kid in trusted, "is_ended_there": key.has_end}
    return ApproverShown.of(row, **told)


@one_read
def documents_shown(session: Session, scope: Scope, now: datetime) -> list[DocumentShown]:
    """Return the documents for the person's areas, the newest first; after them those that are gone."""
    query = select(HubDocument, HubApprover).join(HubApprover, HubApprover.kid == HubDocument.kid)
    query = query.where(HubDocument.area.in_(scope.seen))
    query = query.order_by(HubDocument.gone_at.is_not(None), HubDocument.came_at.desc())
    feed = feed_of(exchange(session))
    return [_document(session, *row, feed, now) for row in session.execute(query.limit(MOST_SHOWN))]


def _document(
    session: Session, row: HubDocument, approver: HubApprover, feed: Feed | None, now: datetime
) -> DocumentShown:
    why = why_not(session, row, approver, feed, now)
    text = parse(DocumentFile, row.content).text
    return DocumentShown.of(row, text=text, approver=approver.name, counts=not why, why_not=why)


def why_not(
    session: Session, row: HubDocument, approver: HubApprover, feed: Feed | None, now: datetime
) -> str:
    """Return why the hub's approval does not count here now, for people; empty where it does."""
    key, held = key_of(approver, feed), session.get(HeldKey, row.kid)
    lineage = area_tree(session).lineage(row.area)
    is_trusted = held is not None and held.retired_at is None and held.signs_for(lineage)
    no_key = "người soạn ở Bộ không có khóa ở đây"
    reasons = (
        (
            approver.ended_at is not None or key.has_end,
            "Tỉnh thôi nhận người duyệt này, hoặc khóa đã thôi dùng.",
        ),
        (approver.grade is None, "Tỉnh chỉ nhận văn bản của người này làm bản nháp."),
        (not _reaches(approver.grade, row.grade), "Mức phát cao hơn mức mà tỉnh nhận của người này."),
        (approver.area not in lineage, "Tỉnh không nhận người này cho địa bàn ấy."),
        (not is_trusted, "Loa chưa tin khóa của người này: quản trị phải ký bộ khóa."),
        (requires_authors(session), f"Loa của tỉnh đòi người soạn cùng ký, mà {no_key}."),
        (not row.has_sound, "Chưa tải xong tiếng từ trung tâm."),
        (row.expires_at <= now, "Phê duyệt của Bộ đã hết hạn."),
    )
    return next((why for is_so, why in reasons if is_so), "")


def _reaches(accepted: Grade | None, wanted: Grade) -> bool:
    return accepted is not None and wanted.rank <= accepted.rank


def known_document(session: Session, sha256: str, by: Operator) -> HubDocument:
    """Return a document for an area that the person sees, its row locked, or raise NotFound."""
    row = session.get(HubDocument, sha256, with_for_update=True)
    if row is None or not sees(session, by, row.area):
        raise NotFound("Không có văn bản này, hoặc nó không dành cho địa bàn của bạn.", code="hub.unknown")
    return row
