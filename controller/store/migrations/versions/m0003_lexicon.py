"""The province's own words: what is taught stays, one live entry for a written form in an area."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lexicon",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("spoken", sa.String(length=500), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_lexicon_area_areas")),
        sa.ForeignKeyConstraint(["added_by"], ["operators.id"], name=op.f("fk_lexicon_added_by_operators")),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["operators.id"], name=op.f("fk_lexicon_removed_by_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon")),
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


def downgrade() -> None:
    op.drop_index("uq_lexicon_live", table_name="lexicon")
    op.drop_table("lexicon")
