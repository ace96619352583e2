"""Passkeys of persons: keys whose private half lies in a device; rules of the station."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=64), primary_key=True),
        sa.Column("holder", sa.String(length=64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public", sa.String(length=128), nullable=False),
        sa.Column("rp_id", sa.String(length=253), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("public"),
    )
    op.create_index("ix_passkeys_holder", "passkeys", ["holder"])
    op.create_table(
        "station_rules",
        sa.Column("name", sa.String(length=64), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), sa.ForeignKey("operators.id"), nullable=True),
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.alter_column(
            "public", existing_type=sa.String(length=64), type_=sa.String(length=128), existing_nullable=False
        )
        batch_op.add_column(sa.Column("alg", sa.String(length=32), nullable=False, server_default="Ed25519"))
        batch_op.add_column(sa.Column("rp_id", sa.String(length=253), nullable=True))
        batch_op.add_column(sa.Column("passkey", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key("fk_keys_passkey_passkeys", "passkeys", ["passkey"], ["id"])
