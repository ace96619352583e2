"""Other codings of a recording, under the same approval."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rendition_of", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            "fk_recordings_rendition_of_recordings", "recordings", ["rendition_of"], ["id"]
        )
        batch_op.create_index("ix_recordings_rendition_of", ["rendition_of"])
