"""Manifests carry the Merkle root over their chunks, not all digests; published ones are signed anew."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    recordings = sa.table("recordings", sa.column("id", sa.String), sa.column("manifest", sa.JSON))
    connection = op.get_bind()
    for recording, manifest in connection.execute(sa.select(recordings.c.id, recordings.c.manifest)).all():
        rooted = recordings.update().where(recordings.c.id == recording).values(manifest=_with_root(manifest))
        connection.execute(rooted)
    published = sa.table("published", sa.column("kind", sa.String), sa.column("kid", sa.String))
    op.execute(published.update().where(published.c.kind == "manifest").values(kid=""))


def _with_root(manifest: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in manifest.items() if name not in {"chunks", "https"}}
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(one)).digest() for one in manifest["chunks"]]
    return {**kept, "root": _root_of(leaves).hex()}


def _root_of(leaves: list[bytes]) -> bytes:
    """Return the root of RFC 9162 section 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + _root_of(leaves[:half]) + _root_of(leaves[half:])).digest()
