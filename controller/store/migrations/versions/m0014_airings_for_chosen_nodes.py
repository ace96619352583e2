"""Airings that are meant for chosen nodes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("only_chosen", sa.Boolean(), server_default=sa.false(), nullable=False))
