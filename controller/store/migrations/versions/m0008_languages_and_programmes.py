"""Languages of areas, variants of bulletins with their airings, and programmes of several items."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "area_languages",
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("language", sa.String(3), nullable=False),
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


def _programme_items() -> None:
    op.create_table(
        "programme_items",
        sa.Column("bulletin", sa.String(64), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("item", sa.String(64), sa.ForeignKey("bulletins.id"), index=True),
        sa.Column("item_revision", sa.Integer()),
        sa.Column("upload", sa.String(64)),
        sa.Column("seconds", sa.Integer()),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )
