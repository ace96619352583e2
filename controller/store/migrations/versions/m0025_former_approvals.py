"""Approvals that a later one of the same wording and recording replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_approvals",
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver", sa.String(length=64), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin", "revision"],
            ["revisions.bulletin", "revisions.number"],
            name=op.f("fk_former_approvals_bulletin_revisions"),
        ),
        sa.ForeignKeyConstraint(
            ["approver"], ["operators.id"], name=op.f("fk_former_approvals_approver_operators")
        ),
        sa.ForeignKeyConstraint(["kid"], ["keys.kid"], name=op.f("fk_former_approvals_kid_keys")),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.id"], name=op.f("fk_former_approvals_recording_recordings")
        ),
        sa.PrimaryKeyConstraint("bulletin", "revision", "approved_at", name=op.f("pk_former_approvals")),
    )


def downgrade() -> None:
    op.drop_table("former_approvals")
