"""What a copy of a bulletin was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    with op.batch_alter_table("bulletins") as table:
        table.add_column(sa.Column("cloned_from", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("cloned_revision", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_bulletins_cloned_from_bulletins", "bulletins", ["cloned_from"], ["id"])
