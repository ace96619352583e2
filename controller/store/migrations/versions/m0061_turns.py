"""Areas in which neighbours speak in turns, and the turn of each loudspeaker in an airing."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.create_table(
        "area_turns",
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), primary_key=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("airings", sa.Column("turns", sa.Integer(), server_default="1", nullable=False))
    op.add_column("airings", sa.Column("turn_ms", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deliveries", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
