"""Sums of the as-aired log by month, bulletin and area; two indexes for pages over years of data."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
built_beside = (
    ("ix_journal_by_seq", "journal", ("by", "seq")),
    ("ix_bulletins_changed_at_id", "bulletins", ("changed_at", "id")),
)


def upgrade() -> None:
    op.create_table(
        "report_sums",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("bulletin", sa.String(64), primary_key=True),
        sa.Column("area", sa.String(64), primary_key=True),
        sa.Column("airings", sa.Text(), nullable=False),
        sa.Column("airings_heard", sa.Text(), nullable=False),
        sa.Column("nodes", sa.Text(), nullable=False),
        sa.Column("nodes_heard", sa.Text(), nullable=False),
        sa.Column("planned_ms", sa.BigInteger(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "report_progress",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.String(7), nullable=False),
        sa.Column("filling", sa.String(7), nullable=False),
        sa.Column("filled_to", sa.String(64), nullable=False),
    )
    for name, table, columns in built_beside:
        op.create_index(name, table, list(columns), if_not_exists=True)
