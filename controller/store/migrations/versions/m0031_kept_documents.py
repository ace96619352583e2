"""Key set, plans and manifest are kept of each airing that begins, so that it can be proven later."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "kept_documents",
        sa.Column("kind", sa.String(length=24), primary_key=True),
        sa.Column("target", sa.String(length=64), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("payload", sa.Text(), nullable=False),
    )
    op.create_table(
        "airing_documents",
        sa.Column("airing", sa.String(length=64), sa.ForeignKey("airings.id"), primary_key=True),
        sa.Column("kind", sa.String(length=24), primary_key=True),
        sa.Column("target", sa.String(length=64), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
