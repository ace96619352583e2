"""The first shape: all tables, and the triggers that keep written things unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "areas",
    "journal",
    "recordings",
    "nodes",
    "operators",
    "bulletins",
    "keys",
    "published",
    "receipts",
    "sessions",
    "revisions",
    "schedules",
    "airings",
    "approvals",
    "renderings",
    "schedule_targets",
    "airing_targets",
    "deliveries",
    "occurrences",
)
KEPT = ("journal", "receipts", "revisions")
"""Tables whose rows are written once: neither changed nor deleted."""


def upgrade() -> None:
    _areas()
    _journal()
    _recordings()
    _nodes()
    _operators()
    _bulletins()
    _keys()
    _published()
    _receipts()
    _sessions()
    _revisions()
    _schedules()
    _airings()
    _approvals()
    _renderings()
    _schedule_targets()
    _airing_targets()
    _deliveries()
    _occurrences()
    for table in KEPT:
        _keep(table)


def downgrade() -> None:
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
        "CREATE OR REPLACE FUNCTION loa_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION loa_keep()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION loa_keep()"
    )


def _areas() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["areas.code"], name=op.f("fk_areas_parent_areas")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_areas_parent"), ["parent"], unique=False)


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


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("true_peak_dbtp", sa.Float(), nullable=True),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )


def _nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session", sa.BigInteger(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("online_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("software", sa.String(length=100), nullable=False),
        sa.Column("vitals", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_nodes_area_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
    )
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nodes_area"), ["area"], unique=False)


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_operators_area_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("name", name=op.f("uq_operators_name")),
    )


def _bulletins() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_bulletins_area_areas")),
        sa.ForeignKeyConstraint(["author"], ["operators.id"], name=op.f("fk_bulletins_author_operators")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletins_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulletins_state"), ["state"], unique=False)


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["holder"], ["operators.id"], name=op.f("fk_keys_holder_operators")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_keys")),
    )
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.create_index("ix_keys_holder", ["holder"], unique=False)


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


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["operators.id"], name=op.f("fk_sessions_operator_operators")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_operator"), ["operator"], unique=False)


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["operators.id"], name=op.f("fk_revisions_author_operators")),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletins.id"], name=op.f("fk_revisions_bulletin_bulletins")),
        sa.PrimaryKeyConstraint("bulletin", "number", name=op.f("pk_revisions")),
    )


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


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(length=64), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approver"], ["operators.id"], name=op.f("fk_approvals_approver_operators")),
        sa.ForeignKeyConstraint(
            ["bulletin", "revision"],
            ["revisions.bulletin", "revisions.number"],
            name=op.f("fk_approvals_bulletin_revisions"),
        ),
        sa.ForeignKeyConstraint(["kid"], ["keys.kid"], name=op.f("fk_approvals_kid_keys")),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.id"], name=op.f("fk_approvals_recording_recordings")
        ),
        sa.PrimaryKeyConstraint("bulletin", "revision", name=op.f("pk_approvals")),
    )


def _renderings() -> None:
    op.create_table(
        "renderings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("engine", sa.String(length=50), nullable=False),
        sa.Column("voice", sa.String(length=100), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("fallback", sa.String(length=50), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recording", sa.String(length=64), nullable=True),
        sa.Column("engine_used", sa.String(length=50), nullable=True),
        sa.Column("fallback_reason", sa.Text(), nullable=True),
        sa.Column("spoken_text", sa.Text(), nullable=True),
        sa.Column("text_characters", sa.Integer(), nullable=True),
        sa.Column("phrases", sa.Integer(), nullable=True),
        sa.Column("phrases_cached", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(length=100), nullable=True),
        sa.Column("fault_sentence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin", "revision"],
            ["revisions.bulletin", "revisions.number"],
            name=op.f("fk_renderings_bulletin_revisions"),
        ),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.id"], name=op.f("fk_renderings_recording_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renderings")),
        sa.UniqueConstraint("bulletin", "revision", name=op.f("uq_renderings_bulletin_revision")),
    )
    with op.batch_alter_table("renderings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_renderings_state"), ["state"], unique=False)


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
