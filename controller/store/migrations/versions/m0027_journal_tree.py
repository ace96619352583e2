"""Each journal entry keeps the Merkle tree that ends with it; older entries are read once to go on from."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("journal", sa.Column("peaks", sa.LargeBinary(), nullable=True))
