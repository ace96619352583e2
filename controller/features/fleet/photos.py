"""A photograph of each pole: the newest one, small, without the camera's metadata."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.fleet.jpeg import without_metadata
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.model.fleet import NodePhoto
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write
from devices.ids import NodeId

LARGEST_PHOTO = 100_000
"""Bytes: 900 pixels wide; 5,000 poles are half a gigabyte of the database at most."""


@one_write
def keep_photo(session: Session, node_id: NodeId, data: bytes, *, by: Operator, now: datetime) -> None:
    """Keep a photograph of a node's pole in place of the earlier one; raises BadInput."""
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    jpeg = without_metadata(data)
    if jpeg is None:
        raise BadInput("Tệp không phải ảnh JPEG. Hãy chụp lại.", code="photo.bad-file")
    if len(jpeg) > LARGEST_PHOTO:
        raise BadInput(
            f"Ảnh lớn quá {LARGEST_PHOTO // 1000} kB. Hãy thu nhỏ ảnh rồi gửi lại.", code="photo.too-large"
        )
    row = session.get(NodePhoto, node_id, with_for_update=True)
    if row is None:
        row = NodePhoto(node=node_id)
        session.add(row)
    row.jpeg, row.taken_by, row.taken_at = jpeg, by.id, now
    session.flush()
    record(session, by, "node.photographed", node_id, now)


@one_read
def photo_of(session: Session, node_id: NodeId) -> NodePhoto:
    """Return the photograph of a node's pole, or raise NotFound."""
    row = session.get(NodePhoto, node_id)
    if row is None:
        raise NotFound("Cột loa này chưa có ảnh.", code="photo.none")
    return row


def photographed_at(session: Session, node_id: NodeId) -> datetime | None:
    """Return when a node's pole was photographed, if it was; the picture itself is not read."""
    return session.scalar(select(NodePhoto.taken_at).where(NodePhoto.node == node_id))
