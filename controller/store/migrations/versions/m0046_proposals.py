"""What a second administrator must sign too, and who signed a document as the second."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=64), primary_key=True),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("command", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(length=64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.String(length=64), sa.ForeignKey("operators.id")),
    )
    op.create_index("ix_proposals_closed_at", "proposals", ["closed_at"])
    op.add_column("published", sa.Column("second_kid", sa.String(length=64)))
    op.add_column("published", sa.Column("confirmed_by", sa.String(length=64)))
