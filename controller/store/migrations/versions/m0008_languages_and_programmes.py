"""Languages of areas, variants of bulletins with their airings, and programmes of several items."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_languages",
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_area_languages_area_areas")),
        sa.PrimaryKeyConstraint("area", "place", name=op.f("pk_area_languages")),
    )
    _programme_items()
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variant_of", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("of_revision", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("again_if_preempted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bulletins_variant_of_bulletins"), "bulletins", ["variant_of"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_bulletins_variant_of"), ["variant_of"], unique=False)
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("linked_to", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_airings_linked_to_airings"), "airings", ["linked_to"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_airings_linked_to"), ["linked_to"], unique=False)
        batch_op.add_column(sa.Column("again_of", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_airings_again_of_airings"), "airings", ["again_of"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_airings_again_of"), ["again_of"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_airings_again_of"))
        batch_op.drop_constraint(batch_op.f("fk_airings_again_of_airings"), type_="foreignkey")
        batch_op.drop_column("again_of")
        batch_op.drop_index(batch_op.f("ix_airings_linked_to"))
        batch_op.drop_constraint(batch_op.f("fk_airings_linked_to_airings"), type_="foreignkey")
        batch_op.drop_column("linked_to")
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulletins_variant_of"))
        batch_op.drop_constraint(batch_op.f("fk_bulletins_variant_of_bulletins"), type_="foreignkey")
        batch_op.drop_column("again_if_preempted")
        batch_op.drop_column("of_revision")
        batch_op.drop_column("language")
        batch_op.drop_column("variant_of")
    op.drop_table("programme_items")
    op.drop_table("area_languages")


def _programme_items() -> None:
    op.create_table(
        "programme_items",
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("item_revision", sa.Integer(), nullable=True),
        sa.Column("upload", sa.String(length=64), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin", "revision"],
            ["revisions.bulletin", "revisions.number"],
            name=op.f("fk_programme_items_bulletin_revisions"),
        ),
        sa.ForeignKeyConstraint(["item"], ["bulletins.id"], name=op.f("fk_programme_items_item_bulletins")),
        sa.PrimaryKeyConstraint("bulletin", "revision", "place", name=op.f("pk_programme_items")),
    )
    with op.batch_alter_table("programme_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_items_item"), ["item"], unique=False)
