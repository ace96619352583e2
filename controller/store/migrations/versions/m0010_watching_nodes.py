"""What nodes tell over time, their comings and goings, who looks after them; tests for one loudspeaker."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("node", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(op.f("fk_airings_node_nodes"), "nodes", ["node"], ["id"])
    _node_turns()
    _vitals()
    _node_care()


def downgrade() -> None:
    for table in ("node_care", "vitals_days", "vitals_recent", "node_turns"):
        op.drop_table(table)
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_airings_node_nodes"), type_="foreignkey")
        batch_op.drop_column("node")


def _node(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["node"], ["nodes.id"], name=op.f(f"fk_{table}_node_nodes"))


def _node_turns() -> None:
    op.create_table(
        "node_turns",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        _node("node_turns"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_turns")),
    )
    op.create_index(op.f("ix_node_turns_at"), "node_turns", ["at"])
    op.create_index("ix_node_turns_node_at", "node_turns", ["node", "at"])


def _vitals() -> None:
    op.create_table(
        "vitals_recent",
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("quarter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("samples", sa.Text(), nullable=False),
        _node("vitals_recent"),
        sa.PrimaryKeyConstraint("node", "quarter", name=op.f("pk_vitals_recent")),
    )
    op.create_index(op.f("ix_vitals_recent_quarter"), "vitals_recent", ["quarter"])
    op.create_table(
        "vitals_days",
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        _node("vitals_days"),
        sa.PrimaryKeyConstraint("node", "day", name=op.f("pk_vitals_days")),
    )
    op.create_index(op.f("ix_vitals_days_day"), "vitals_days", ["day"])


def _node_care() -> None:
    op.create_table(
        "node_care",
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignee"], ["operators.id"], name=op.f("fk_node_care_assignee_operators")),
        sa.ForeignKeyConstraint(["seen_by"], ["operators.id"], name=op.f("fk_node_care_seen_by_operators")),
        _node("node_care"),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_node_care")),
    )
