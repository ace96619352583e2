"""What approvers say about single sentences of a bulletin."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.create_table(
        "bulletin_comments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bulletin", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )
    op.create_index("ix_bulletin_comments_bulletin", "bulletin_comments", ["bulletin"])
