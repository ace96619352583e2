"""Prepared recordings, who holds them, calls of emergencies; airings that are repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("prepared_recordings", "keepings", "emergencies")


def upgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("every_ms", sa.Integer(), nullable=True))
    _prepared_recordings()
    _keepings()
    _emergencies()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    # one that goes on until it is ended would be taken for a recording of that length
    op.execute(
        "UPDATE airings SET state = 'cancelled', reason = 'downgrade' "
        "WHERE every_ms IS NOT NULL AND state IN ('planned', 'delivering', 'sounding')"
    )
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_column("every_ms")


def _to(table: str, column: str, other: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def _prepared_recordings() -> None:
    table = "prepared_recordings"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        _to(table, "bulletin", "bulletins"),
        _to(table, "area", "areas", "code"),
        _to(table, "created_by", "operators"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_recordings")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prepared_recordings_bulletin"), ["bulletin"], unique=False)
        batch_op.create_index(batch_op.f("ix_prepared_recordings_area"), ["area"], unique=False)


def _keepings() -> None:
    op.create_table(
        "keepings",
        sa.Column("prepared", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _to("keepings", "prepared", "prepared_recordings"),
        _to("keepings", "node", "nodes"),
        sa.PrimaryKeyConstraint("prepared", "node", name=op.f("pk_keepings")),
    )
    with op.batch_alter_table("keepings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keepings_node"), ["node"], unique=False)


def _emergencies() -> None:
    table = "emergencies"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("prepared", sa.String(length=64), nullable=True),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("lasts_ms", sa.BigInteger(), nullable=False),
        sa.Column("called_by", sa.String(length=64), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alone_because", sa.Text(), nullable=True),
        sa.Column("airing", sa.String(length=64), nullable=True),
        sa.Column("clears", sa.String(length=64), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        _to(table, "prepared", "prepared_recordings"),
        _to(table, "bulletin", "bulletins"),
        _to(table, "called_by", "operators"),
        _to(table, "confirmed_by", "operators"),
        _to(table, "airing", "airings"),
        _to(table, "clears", "emergencies"),
        _to(table, "ended_by", "operators"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
        sa.UniqueConstraint("airing", name=op.f("uq_emergencies_airing")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergencies_called_at"), ["called_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_state"), ["state"], unique=False)
