"""A receipt may have no time: the node did not know it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.alter_column("at", existing_type=sa.DateTime(timezone=True), nullable=True)
    if op.get_bind().dialect.name == "sqlite":
        _keep_receipts()


def _keep_receipts() -> None:
    """Make the triggers again that refuse changes: SQLite copied the table, and copies have none."""
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER receipts_no_{act.lower()} BEFORE {act} ON receipts "
            "BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END"
        )
