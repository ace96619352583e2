"""How fast a bulletin is read: a part of its wording."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column(
        "revisions", sa.Column("pace", sa.String(length=24), server_default="usual", nullable=False)
    )
