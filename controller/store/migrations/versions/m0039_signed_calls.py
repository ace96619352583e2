"""Calls of emergencies as persons signed them."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    with op.batch_alter_table("emergencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("called_kid", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("confirmed_kid", sa.String(length=64), nullable=True))
