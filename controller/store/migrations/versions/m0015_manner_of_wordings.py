"""How often a wording is read, and who issues it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"


def upgrade() -> None:
    # plain columns, not a batch: that would make the table anew, without its triggers
    op.add_column("revisions", sa.Column("issuer", sa.String(length=200), server_default="", nullable=False))
    op.add_column("revisions", sa.Column("readings", sa.Integer(), server_default="1", nullable=False))
