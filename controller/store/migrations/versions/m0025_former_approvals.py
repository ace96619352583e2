"""Approvals that a later one of the same wording and recording replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "former_approvals",
        sa.Column("bulletin", sa.String(64), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("approver", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("recording", sa.String(64), sa.ForeignKey("recordings.id"), nullable=False),
        sa.Column("kid", sa.String(64), sa.ForeignKey("keys.kid"), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )
