"""Who mended letters of a wording while it waited for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    with op.batch_alter_table("revisions") as batch_op:
        batch_op.add_column(sa.Column("corrected_by", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            "fk_revisions_corrected_by_operators", "operators", ["corrected_by"], ["id"]
        )
