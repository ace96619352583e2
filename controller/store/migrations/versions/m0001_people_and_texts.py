"""Areas, people and their keys, nodes, bulletins with their recordings and approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _areas()
    _recordings()
    _nodes()
    _operators()
    _bulletins()
    _keys()
    _sessions()
    _revisions()
    _approvals()
    _renderings()


def _areas() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("parent", sa.String(64), sa.ForeignKey("areas.code"), index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
    )


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("codec", sa.String(16), nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Float()),
        sa.Column("true_peak_dbtp", sa.Float()),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.Column("session", sa.BigInteger(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("online_at", sa.DateTime(timezone=True)),
        sa.Column("last_heard_at", sa.DateTime(timezone=True)),
        sa.Column("software", sa.String(100), nullable=False),
        sa.Column("vitals", sa.JSON()),
    )


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
    )


def _bulletins() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("returned_reason", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(64), sa.ForeignKey("operators.id"), index=True),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), nullable=False, index=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
    )


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("bulletin", sa.String(64), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("approver", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("recording", sa.String(64), sa.ForeignKey("recordings.id"), nullable=False),
        sa.Column("kid", sa.String(64), sa.ForeignKey("keys.kid"), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


def _renderings() -> None:
    op.create_table(
        "renderings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bulletin", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("engine", sa.String(50), nullable=False),
        sa.Column("voice", sa.String(100), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("fallback", sa.String(50)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("recording", sa.String(64), sa.ForeignKey("recordings.id")),
        sa.Column("engine_used", sa.String(50)),
        sa.Column("fallback_reason", sa.Text()),
        sa.Column("spoken_text", sa.Text()),
        sa.Column("text_characters", sa.Integer()),
        sa.Column("phrases", sa.Integer()),
        sa.Column("phrases_cached", sa.Integer()),
        sa.Column("fault", sa.String(100)),
        sa.Column("fault_sentence", sa.Text()),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
        sa.UniqueConstraint("bulletin", "revision"),
    )
