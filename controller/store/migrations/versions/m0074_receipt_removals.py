"""Receipts of an archived year may be deleted while a person's order for that year is open.

The triggers let through more than before, so programs that know nothing of orders go on as they did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"

_IS_ORDERED = (
    "OLD.sealed IS NOT NULL AND EXISTS (SELECT 1 FROM receipt_removals"
    " JOIN archives ON archives.year = receipt_removals.year"
    " WHERE receipt_removals.ended_at IS NULL"
    " AND OLD.received_at >= archives.since AND OLD.received_at < archives.until)"
)


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "receipt_removals",
        sa.Column(
            "year", sa.Integer(), sa.ForeignKey("archives.year"), primary_key=True, autoincrement=False
        ),
        sa.Column("asked_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("asked_at", when, nullable=False),
        sa.Column("went_through", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.String(24), nullable=True),
        sa.Column("ended_at", when, nullable=True),
    )
    op.create_table(
        "removed_numbers",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("first", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER receipts_no_delete")
        op.execute(
            f"CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts WHEN NOT ({_IS_ORDERED}) "
            "BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION loa_keep_receipt() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'DELETE' AND {_IS_ORDERED} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute("DROP TRIGGER receipts_no_change ON receipts")
    op.execute(
        "CREATE TRIGGER receipts_no_change BEFORE UPDATE OR DELETE ON receipts "
        "FOR EACH ROW EXECUTE FUNCTION loa_keep_receipt()"
    )
