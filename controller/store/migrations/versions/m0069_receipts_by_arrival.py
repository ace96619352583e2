"""An index by which the receipts of a time are found."""

from alembic import op

revision = "0069"
down_revision = "0068"
built_beside = (("ix_receipts_received_at", "receipts", ("received_at",)),)


def upgrade() -> None:
    for name, table, columns in built_beside:
        op.create_index(name, table, list(columns), if_not_exists=True)
