"""Nodes whose messages were dropped, because they said too much."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("flooded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("flooded", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        batch_op.drop_column("flooded")
        batch_op.drop_column("flooded_at")
