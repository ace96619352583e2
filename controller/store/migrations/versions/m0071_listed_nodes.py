"""What a list says of loudspeakers before they are enrolled, and of those in use."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    for table in ("nodes", "enrolments"):
        op.add_column(table, sa.Column("equipment", sa.String(200), server_default="", nullable=False))
        op.add_column(table, sa.Column("telephone", sa.String(30), server_default="", nullable=False))
    op.add_column("enrolments", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("enrolments", sa.Column("longitude", sa.Float(), nullable=True))
