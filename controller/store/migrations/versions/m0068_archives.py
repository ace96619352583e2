"""Archives of years."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "archives",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("since", when, nullable=False),
        sa.Column("until", when, nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("receipts", sa.BigInteger(), nullable=False),
        sa.Column("aired_last", sa.Integer(), nullable=False),
        sa.Column("aired_hash", sa.String(64), nullable=False),
        sa.Column("journal_last", sa.Integer(), nullable=False),
        sa.Column("journal_hash", sa.String(64), nullable=False),
        sa.Column("made_at", when, nullable=False),
    )
