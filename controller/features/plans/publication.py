"""Writes a signed document into its row, under a version that only grows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.plans.queries import published
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind, next_version
from controller.model.plans import Published
from devices.messages import WireMessage
from devices.signing import SigningKey, sign


@dataclass(frozen=True, slots=True)
class DocumentAddress:
    """Where a document belongs: one row, one topic."""

    kind: DocumentKind
    target: str


def next_version_of(session: Session, place: DocumentAddress, now: datetime) -> int:
    """Return the version that a new document of the place gets; its row stays locked to the end."""
    row = published(session, place.kind, place.target, lock=True)
    return next_version(0 if row is None else row.version, now)


def put(
    session: Session,
    place: DocumentAddress,
    document: WireMessage,
    *,
    version: int,
    digest: str,
    key: SigningKey,
    now: datetime,
    expires_at: datetime | None,
    signed_by: OperatorId | None = None,
) -> Published:
    """Sign the document and write it as its place's newest; it waits for the broker from now on."""
    row = published(session, place.kind, place.target, lock=True)
    if row is None:
        row = Published(kind=place.kind, target=place.target)
        session.add(row)
    row.version = version
    row.digest = digest
    row.kid = key.kid
    row.payload = sign(document, key)
    row.document = document.model_dump_json()
    row.issued_at = now
    row.expires_at = expires_at
    row.acknowledged_at = None
    row.signed_by = signed_by
    session.flush()
    return row


def take_back(row: Published, now: datetime) -> None:
    """Have the broker forget the document; the row goes once it has."""
    row.version += 1
    row.payload = ""
    row.digest = ""
    row.issued_at = now
    row.acknowledged_at = None
