"""Voice and register of a bulletin, and what an area has of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("register", sa.String(length=20), nullable=True))
    op.add_column("revisions", sa.Column("engine", sa.String(length=50), server_default="", nullable=False))
    op.add_column("revisions", sa.Column("voice", sa.String(length=100), server_default="", nullable=False))
    op.create_table(
        "area_speech",
        sa.Column("area", sa.String(length=64), sa.ForeignKey("areas.code"), primary_key=True),
        sa.Column("engine", sa.String(length=50), nullable=False),
        sa.Column("voice", sa.String(length=100), nullable=False),
        sa.Column("pace", sa.String(length=24), nullable=True),
        sa.Column("register", sa.String(length=20), nullable=True),
        sa.Column("set_by", sa.String(length=64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    )
