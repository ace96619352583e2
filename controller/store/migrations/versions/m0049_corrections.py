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
    if op.get_bind().dialect.name == "sqlite":
        _keep_revisions()


def _keep_revisions() -> None:
    """Make the triggers again that refuse changes: SQLite copied the table, and copies have none."""
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER revisions_no_{act.lower()} BEFORE {act} ON revisions "
            "BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END"
        )
