"""Approvals with a scope, keys with an area: what was approved before must be approved again."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("further_areas", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("highest_grade", sa.String(length=24), nullable=False, server_default="priority")
        )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("areas", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("grade", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
    _ask_for_emergencies()


def _ask_for_emergencies() -> None:
    """What is prepared for emergencies is to be approved again as such."""
    bulletins = sa.table("bulletins", sa.column("id", sa.String), sa.column("highest_grade", sa.String))
    prepared = sa.table("prepared_recordings", sa.column("bulletin", sa.String), sa.column("kind", sa.String))
    alarms = sa.select(prepared.c.bulletin).where(prepared.c.kind != "test")
    op.execute(bulletins.update().where(bulletins.c.id.in_(alarms)).values(highest_grade="emergency"))
