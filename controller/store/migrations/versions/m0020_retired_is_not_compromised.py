"""Keys are retired or compromised; retired ones lose their private half.."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.alter_column("revoked_at", new_column_name="retired_at")
        batch_op.add_column(sa.Column("compromised_at", sa.DateTime(timezone=True), nullable=True))
    # Until now one word stood for both. A key that somebody named in «loa keys revoke» is taken for a stolen
    # one, so that nothing that was silenced on purpose is heard again. What a forgotten password, a closed
    # account or another role had silenced comes back with the next key set.
    op.execute(
        "UPDATE keys SET compromised_at = retired_at WHERE retired_at IS NOT NULL"
        " AND kid IN (SELECT subject FROM journal WHERE act = 'keys.revoked')"
    )
    op.execute("UPDATE keys SET sealed = NULL WHERE retired_at IS NOT NULL")
