"""Nodes whose messages were dropped, because they said too much."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("flooded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("nodes", sa.Column("flooded", sa.Integer(), nullable=True))
