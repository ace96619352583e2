"""Outlines of areas that the province imported for the map, simplified."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "area_outlines",
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), primary_key=True),
        sa.Column("edition", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polygons", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("radius", sa.Float(), nullable=False),
    )
