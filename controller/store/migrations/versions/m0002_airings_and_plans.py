"""Schedules, airings with deliveries and receipts, published plans, the journal; what is kept is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "journal",
    "published",
    "receipts",
    "schedules",
    "airings",
    "schedule_targets",
    "airing_targets",
    "deliveries",
    "occurrences",
)
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


def downgrade() -> None:
    for table in KEPT:
        _release(table)
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION loa_keep()")


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


def _release(table: str) -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("no_update", "no_delete") if on_sqlite else ("no_change", "no_truncate"):
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if on_sqlite else f" ON {table}"))


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_subject"), ["subject"], unique=False)


def _published() -> None:
    op.create_table(
        "published",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["operators.id"], name=op.f("fk_published_signed_by_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published")),
        sa.UniqueConstraint("kind", "target", name=op.f("uq_published_kind_target")),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("airing", sa.String(length=64), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_ms", sa.Integer(), nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("clock_error_ms", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["node"], ["nodes.id"], name=op.f("fk_receipts_node_nodes")),
        sa.PrimaryKeyConstraint("node", "id", name=op.f("pk_receipts")),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipts_airing"), ["airing"], unique=False)


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("latest_after_s", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletins.id"], name=op.f("fk_schedules_bulletin_bulletins")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["operators.id"], name=op.f("fk_schedules_created_by_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedules_bulletin"), ["bulletin"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_state"), ["state"], unique=False)


def _airings() -> None:
    op.create_table(
        "airings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("schedule", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("recording", sa.String(length=64), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivering_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletins.id"], name=op.f("fk_airings_bulletin_bulletins")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["operators.id"], name=op.f("fk_airings_created_by_operators")
        ),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.id"], name=op.f("fk_airings_recording_recordings")
        ),
        sa.ForeignKeyConstraint(["schedule"], ["schedules.id"], name=op.f("fk_airings_schedule_schedules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airings")),
    )
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_airings_bulletin"), ["bulletin"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_schedule"), ["schedule"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index("ix_airings_state_starts_at", ["state", "starts_at"], unique=False)


def _schedule_targets() -> None:
    op.create_table(
        "schedule_targets",
        sa.Column("schedule", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_schedule_targets_area_areas")),
        sa.ForeignKeyConstraint(
            ["schedule"], ["schedules.id"], name=op.f("fk_schedule_targets_schedule_schedules")
        ),
        sa.PrimaryKeyConstraint("schedule", "area", name=op.f("pk_schedule_targets")),
    )


def _airing_targets() -> None:
    op.create_table(
        "airing_targets",
        sa.Column("airing", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["airing"], ["airings.id"], name=op.f("fk_airing_targets_airing_airings")),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_airing_targets_area_areas")),
        sa.PrimaryKeyConstraint("airing", "area", name=op.f("pk_airing_targets")),
    )
    with op.batch_alter_table("airing_targets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_airing_targets_area"), ["area"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("airing", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("start_offset_ms", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("clock_error_ms", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["airing"], ["airings.id"], name=op.f("fk_deliveries_airing_airings")),
        sa.ForeignKeyConstraint(["node"], ["nodes.id"], name=op.f("fk_deliveries_node_nodes")),
        sa.PrimaryKeyConstraint("airing", "node", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_node"), ["node"], unique=False)


def _occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("schedule", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("airing", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["airing"], ["airings.id"], name=op.f("fk_occurrences_airing_airings")),
        sa.ForeignKeyConstraint(
            ["schedule"], ["schedules.id"], name=op.f("fk_occurrences_schedule_schedules")
        ),
        sa.PrimaryKeyConstraint("schedule", "starts_at", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("airing", name=op.f("uq_occurrences_airing")),
    )
