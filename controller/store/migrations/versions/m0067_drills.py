"""Drills, and what became of each loudspeaker in them."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "drills",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), nullable=False),
        sa.Column("starts_at", when, nullable=False),
        sa.Column("start_within_s", sa.Integer(), nullable=False),
        sa.Column("least_percent", sa.Integer(), nullable=False),
        sa.Column("needs_level", sa.Boolean(), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.String(64), sa.ForeignKey("drills.id"), nullable=True),
        sa.Column("retry_of", sa.String(64), sa.ForeignKey("drills.id"), nullable=True),
        sa.Column("created_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", when, nullable=False),
        sa.Column("judged_at", when, nullable=True),
        sa.Column("published_at", when, nullable=True),
        sa.UniqueConstraint("airing"),
    )
    op.create_index("ix_drills_starts_at", "drills", ["starts_at"])
    op.create_table(
        "drill_results",
        sa.Column("drill", sa.String(64), sa.ForeignKey("drills.id"), primary_key=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), nullable=False),
        sa.Column("cause", sa.String(24), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("late_ms", sa.Integer(), nullable=True),
        sa.Column("level_dbfs", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(96), nullable=True),
    )
    op.create_index("ix_drill_results_node_at", "drill_results", ["node", "at"])
