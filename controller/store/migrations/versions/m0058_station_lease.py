"""The lease of the station that leads. On PostgreSQL a station makes it before it migrates."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("station_leases"):
        return
    op.create_table(
        "station_leases",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("broker_up", sa.Boolean(), nullable=False),
        sa.Column("pace_share", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_station_leases"),
    )
