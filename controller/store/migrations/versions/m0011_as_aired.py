"""The as-aired log: appended, never changed; airings know what it says of them; targets know their start."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

_TO_NOTE = sa.text("ended_at IS NOT NULL AND noted_at IS NULL")


def upgrade() -> None:
    op.add_column("airings", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_airings_to_note", "airings", ["ended_at"], sqlite_where=_TO_NOTE, postgresql_where=_TO_NOTE
    )
    _starts_of_targets()
    _as_aired()
    _keep()


def _starts_of_targets() -> None:
    op.add_column("airing_targets", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
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
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("corrects", sa.Integer(), unique=True),
        sa.Column("airing", sa.String(64), nullable=False, index=True),
        sa.Column("node", sa.String(64), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("bulletin", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.Column("recording", sa.String(64)),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("planned_at", instant, nullable=False, index=True),
        sa.Column("planned_ms", sa.Integer(), nullable=False),
        sa.Column("fetched_at", instant),
        sa.Column("started_at", instant),
        sa.Column("start_offset_ms", sa.Integer()),
        sa.Column("finished_at", instant),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


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
