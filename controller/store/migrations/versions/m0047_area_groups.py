"""Named groups of communes."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "area_groups",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    )
