"""The volume that a node told last has a column: what sounds too low to be heard is counted as a fault."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("volume", sa.Integer(), nullable=True))
