"""Which programs the schema serves: an older release goes on, or is brought back, over a newer schema."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
serves_from = "0062"
"""No program before this step looks at the row that it makes."""


def upgrade() -> None:
    made = op.create_table(
        "schema_state",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("serves_from", sa.String(64), nullable=False),
    )
    op.bulk_insert(made, [{"id": 1, "serves_from": serves_from}])
