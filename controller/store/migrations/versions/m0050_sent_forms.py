"""Forms that were sent, so that each counts once, and who has which bulletin open for mending."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("form", sa.String(64), primary_key=True),
        sa.Column("bulletin", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "editings",
        sa.Column("bulletin", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
