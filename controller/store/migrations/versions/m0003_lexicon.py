"""The province's own words: what is taught stays, one live entry for a written form in an area."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "lexicon",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("written", sa.String(200), nullable=False),
        sa.Column("spoken", sa.String(500), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("added_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    live = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_lexicon_live",
        "lexicon",
        ["area", "written"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
