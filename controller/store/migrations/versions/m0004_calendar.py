"""Schedules know when they are due; moved occurrences; skipped days and the province's days off."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


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
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["operators.id"], name=op.f("fk_days_off_created_by_operators")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_days_off")),
    )


def downgrade() -> None:
    op.drop_table("days_off")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.drop_index("ix_occurrences_schedule_starts_at")
        batch_op.drop_column("starts_at")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.alter_column("original_at", new_column_name="starts_at")
    with op.batch_alter_table("schedule_targets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_targets_area"))
    op.execute("UPDATE schedules SET next_at = created_at WHERE next_at IS NULL")
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.drop_index("ix_schedules_state_next_at")
        batch_op.create_index(batch_op.f("ix_schedules_state"), ["state"], unique=False)
        batch_op.alter_column("next_at", new_column_name="made_until", nullable=False)
        batch_op.drop_column("never_lunar")
        batch_op.drop_column("only_lunar")
        batch_op.drop_column("days_off")


def _occurrences() -> None:
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.alter_column("starts_at", new_column_name="original_at")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE occurrences SET starts_at = original_at")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index("ix_occurrences_schedule_starts_at", ["schedule", "starts_at"], unique=False)
