"""Wordings that begin with the alert tone, and how long the rests between phrases are."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("alert", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("renderings", sa.Column("rests", sa.Float(), server_default="1", nullable=False))
    op.add_column("area_speech", sa.Column("rests", sa.String(24), nullable=True))
