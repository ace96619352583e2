"""Schedules know when they are due; moved occurrences; skipped days and the province's days off."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days_off", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("only_lunar", sa.String(length=100), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("never_lunar", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.alter_column("made_until", new_column_name="next_at", nullable=True)
        batch_op.drop_index(batch_op.f("ix_schedules_state"))
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index("ix_schedules_state_next_at", ["state", "next_at"], unique=False)
    # all are compared once with what is there: the first beats do so
    op.execute("UPDATE schedules SET next_at = created_at WHERE state = 'running'")
    op.execute("UPDATE schedules SET next_at = NULL WHERE state <> 'running'")
    with op.batch_alter_table("schedule_targets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_targets_area"), ["area"], unique=False)
    _occurrences()
    op.create_table(
        "days_off",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _occurrences() -> None:
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.alter_column("starts_at", new_column_name="original_at")
    op.add_column("occurrences", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE occurrences SET starts_at = original_at")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index("ix_occurrences_schedule_starts_at", ["schedule", "starts_at"], unique=False)
