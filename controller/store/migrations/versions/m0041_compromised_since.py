"""Keys that are compromised since a day: what they signed before stays. NULL: from the first day on."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("compromised_since", sa.DateTime(timezone=True), nullable=True))
