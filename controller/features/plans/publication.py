"""Writes a signed document into its row, with a version that only increases."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.pens import Pen, SecondPen, signed_with
from controller.features.plans.queries import published
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind, next_version
from controller.model.plans import Published
from devices.wire_types import WireMessage


@dataclass(frozen=True, slots=True)
class DocumentAddress:
    """Address of a document: one row, one topic."""

    kind: DocumentKind
    target: str


def next_version_of(session: Session, place: DocumentAddress, now: datetime) -> int:
    """Return the version for a new document at the address; locks its row until the transaction ends."""
    row = published(session, place.kind, place.target, lock=True)
    return next_version(0 if row is None else row.version, now)


def put(
    session: Session,
    place: DocumentAddress,
    document: WireMessage,
    *,
    version: int,
    digest: str,
    key: Pen,
    now: datetime,
    expires_at: datetime | None,
    signed_by: OperatorId | None = None,
    persons: int = 1,
) -> Published:
    """Sign the document and store it as the newest at its address; it then waits to be sent to the broker.

    `persons`: how many administrators must sign it.
    """
    text = signed_with(key, document, persons)
    return put_signed(
        session,
        place,
        document,
        version=version,
        digest=digest,
        text=text,
        kid=key.kid,
        now=now,
        expires_at=expires_at,
        signed_by=signed_by,
        second=key if isinstance(key, SecondPen) else None,
    )


def put_signed(
    session: Session,
    place: DocumentAddress,
    document: WireMessage,
    *,
    version: int,
    digest: str,
    text: str,
    kid: str,
    now: datetime,
    expires_at: datetime | None,
    signed_by: OperatorId | None = None,
    second: SecondPen | None = None,
) -> Published:
    """Store a document that was signed as `text`, as `put` does; `second`: who signed it beside the first."""
    row = published(session, place.kind, place.target, lock=True)
    if row is None:
        row = Published(kind=place.kind, target=place.target)
        session.add(row)
    row.version = version
    row.digest = digest
    row.kid = kid
    row.payload = text
    row.document = document.model_dump_json()
    row.issued_at = now
    row.expires_at = expires_at
    row.acknowledged_at = None
    row.signed_by = signed_by
    row.second_kid = None if second is None else second.pen.kid
    row.confirmed_by = None if second is None else second.second.by.id
    session.flush()
    return row


def take_back(row: Published, now: datetime) -> None:
    """Have the broker delete the document; the row is deleted after the broker has done so."""
    row.version += 1
    row.payload = ""
    row.digest = ""
    row.issued_at = now
    row.acknowledged_at = None
