"""Templates of bulletins, and chimes: in an area one live title, and one live chime for each place."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletin_templates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_bulletin_templates_area_areas")),
        sa.ForeignKeyConstraint(
            ["added_by"], ["operators.id"], name=op.f("fk_bulletin_templates_added_by_operators")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["operators.id"], name=op.f("fk_bulletin_templates_changed_by_operators")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["operators.id"], name=op.f("fk_bulletin_templates_removed_by_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_templates")),
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
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=24), nullable=False),
        sa.Column("upload", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_chimes_area_areas")),
        sa.ForeignKeyConstraint(["added_by"], ["operators.id"], name=op.f("fk_chimes_added_by_operators")),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["operators.id"], name=op.f("fk_chimes_removed_by_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chimes")),
    )
    op.create_index(
        "uq_chimes_live",
        "chimes",
        ["area", "place"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def downgrade() -> None:
    op.drop_index("uq_chimes_live", table_name="chimes")
    op.drop_table("chimes")
    op.drop_index("uq_bulletin_templates_live", table_name="bulletin_templates")
    op.drop_table("bulletin_templates")
