"""The as-aired log: appended, never changed; airings know what it says of them; targets know their start."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_TO_NOTE = sa.text("ended_at IS NOT NULL AND noted_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_airings_to_note", "airings", ["ended_at"], sqlite_where=_TO_NOTE, postgresql_where=_TO_NOTE
    )
    _starts_of_targets()
    _as_aired()
    _keep()


def downgrade() -> None:
    _release()
    op.drop_table("as_aired")
    with op.batch_alter_table("airing_targets", schema=None) as batch_op:
        batch_op.drop_index("ix_airing_targets_area_starts_at")
        batch_op.create_index(batch_op.f("ix_airing_targets_area"), ["area"], unique=False)
        batch_op.drop_column("starts_at")
    op.drop_index("ix_airings_to_note", table_name="airings")
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_column("noted_at")


def _starts_of_targets() -> None:
    with op.batch_alter_table("airing_targets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE airing_targets SET starts_at = "
        "(SELECT airings.starts_at FROM airings WHERE airings.id = airing_targets.airing)"
    )
    with op.batch_alter_table("airing_targets", schema=None) as batch_op:
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_index(batch_op.f("ix_airing_targets_area"))
        batch_op.create_index("ix_airing_targets_area_starts_at", ["area", "starts_at"], unique=False)


def _as_aired() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "as_aired",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("airing", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("recording", sa.String(length=64), nullable=True),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("planned_at", instant, nullable=False),
        sa.Column("planned_ms", sa.Integer(), nullable=False),
        sa.Column("fetched_at", instant, nullable=True),
        sa.Column("started_at", instant, nullable=True),
        sa.Column("start_offset_ms", sa.Integer(), nullable=True),
        sa.Column("finished_at", instant, nullable=True),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_as_aired")),
        sa.UniqueConstraint("corrects", name=op.f("uq_as_aired_corrects")),
    )
    op.create_index(op.f("ix_as_aired_airing"), "as_aired", ["airing"])
    op.create_index(op.f("ix_as_aired_planned_at"), "as_aired", ["planned_at"])


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER as_aired_no_{act.lower()} BEFORE {act} ON as_aired "
                "BEGIN SELECT RAISE(ABORT, 'as_aired is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER as_aired_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON as_aired "
        "FOR EACH STATEMENT EXECUTE FUNCTION loa_keep()"
    )


def _release() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER as_aired_no_{act}")
        return
    op.execute("DROP TRIGGER as_aired_keep ON as_aired")
