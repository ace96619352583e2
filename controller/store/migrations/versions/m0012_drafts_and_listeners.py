"""What people are still typing, and what listeners reported."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["operators.id"], name=op.f("fk_drafts_operator_operators")),
        sa.PrimaryKeyConstraint("operator", "place", name=op.f("pk_drafts")),
    )
    _listener_reports()


def downgrade() -> None:
    op.drop_table("listener_reports")
    op.drop_table("drafts")


def _listener_reports() -> None:
    table = "listener_reports"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("airing", sa.String(length=64), nullable=True),
        sa.Column("trouble", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [there], name=op.f(f"fk_{table}_{column}_{there.split('.')[0]}")
            )
            for column, there in (
                ("node", "nodes.id"),
                ("area", "areas.code"),
                ("airing", "airings.id"),
                ("answered_by", "operators.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listener_reports")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_listener_reports_code_sha256")),
    )
    for column in ("area", "node"):
        op.create_index(f"ix_{table}_{column}_reported_at", table, [column, "reported_at"], unique=False)
