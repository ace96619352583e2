"""An index by which approvals in force are found among those of years."""

from alembic import op

revision = "0072"
down_revision = "0071"
built_beside = (("ix_approvals_expires_at", "approvals", ("expires_at",)),)


def upgrade() -> None:
    for name, table, columns in built_beside:
        op.create_index(name, table, list(columns), if_not_exists=True)
