"""Schedules, airings with deliveries and receipts, published plans, the journal; what is kept is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEPT = ("journal", "receipts", "revisions")
"""Tables whose rows are written once: neither changed nor deleted."""


def upgrade() -> None:
    _journal()
    _published()
    _receipts()
    _schedules()
    _airings()
    _schedule_targets()
    _airing_targets()
    _deliveries()
    _occurrences()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION loa_keep() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in KEPT:
        _keep(table)


def _keep(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION loa_keep()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION loa_keep()"
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("act", sa.String(64), nullable=False, index=True),
        sa.Column("subject", sa.String(64), nullable=False, index=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(100), nullable=False),
    )


def _published() -> None:
    op.create_table(
        "published",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("signed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.UniqueConstraint("kind", "target"),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("airing", sa.String(64), nullable=False, index=True),
        sa.Column("recording", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_ms", sa.Integer(), nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("clock_error_ms", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), nullable=False, index=True),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("latest_after_s", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )


def _airings() -> None:
    op.create_table(
        "airings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), nullable=False, index=True),
        sa.Column("schedule", sa.String(64), sa.ForeignKey("schedules.id"), index=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("latest_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.Column("recording", sa.String(64), sa.ForeignKey("recordings.id")),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("created_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivering_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.create_index("ix_airings_state_starts_at", ["state", "starts_at"], unique=False)


def _schedule_targets() -> None:
    op.create_table(
        "schedule_targets",
        sa.Column("schedule", sa.String(64), sa.ForeignKey("schedules.id"), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), primary_key=True),
    )


def _airing_targets() -> None:
    op.create_table(
        "airing_targets",
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), primary_key=True, index=True),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), primary_key=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True, index=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("start_offset_ms", sa.Integer()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("clock_error_ms", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.Column("reason_at", sa.DateTime(timezone=True)),
    )


def _occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("schedule", sa.String(64), sa.ForeignKey("schedules.id"), primary_key=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), nullable=False, unique=True),
    )
