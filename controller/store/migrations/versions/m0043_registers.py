"""The register of each recording. What was ordered before is in the literal one, and stays so."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    with op.batch_alter_table("renderings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("register", sa.String(20), server_default="literal", nullable=False))
