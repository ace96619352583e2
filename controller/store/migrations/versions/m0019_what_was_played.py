"""What of a recording its approver played; what was only served before counts as not played."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("listenings", sa.Column("played", sa.JSON(), nullable=False, server_default="[]"))
