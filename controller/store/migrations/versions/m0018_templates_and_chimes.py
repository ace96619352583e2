"""Templates of bulletins, and chimes: in an area one live title, and one live chime for each place."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "bulletin_templates",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("added_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    live = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_bulletin_templates_live",
        "bulletin_templates",
        ["area", "title"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    _add_chimes(live)


def _add_chimes(live: sa.TextClause) -> None:
    op.create_table(
        "chimes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("place", sa.String(24), nullable=False),
        sa.Column("upload", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("added_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "uq_chimes_live",
        "chimes",
        ["area", "place"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
