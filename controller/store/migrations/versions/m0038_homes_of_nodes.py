"""At which home each node lives."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("home", sa.BigInteger))
