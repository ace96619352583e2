"""Words that one bulletin alone has read otherwise: a part of its wording."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("words", sa.JSON(), server_default="[]", nullable=False))
