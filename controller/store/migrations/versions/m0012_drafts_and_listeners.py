"""What people are still typing, and what listeners reported."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("place", sa.String(64), primary_key=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    _listener_reports()


def _listener_reports() -> None:
    table = "listener_reports"
    op.create_table(
        table,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("code_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id")),
        sa.Column("trouble", sa.String(24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
    )
    for column in ("area", "node"):
        op.create_index(f"ix_{table}_{column}_reported_at", table, [column, "reported_at"], unique=False)
