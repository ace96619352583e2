"""Receipts are signed by the node's key, numbered and chained; older ones stay as they are, unsigned."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for column in (
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("level_dbfs", sa.Float(), nullable=True),
        sa.Column("kid", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("receipts", column)  # not in batches: that would copy all receipts on SQLite
    op.add_column("hardware", sa.Column("enrolment", sa.Text(), nullable=True))
    op.create_table(
        "receipt_chains",
        sa.Column("node", sa.String(length=64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("kid", sa.String(length=64), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.String(length=64), nullable=False),
    )
    op.create_table(
        "chain_faults",
        sa.Column("node", sa.String(length=64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("kid", sa.String(length=64), primary_key=True),
        sa.Column("kind", sa.String(length=24), primary_key=True),
        sa.Column("first", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("expected", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "receipt_refusals",
        sa.Column("node", sa.String(length=64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
