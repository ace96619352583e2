"""What nodes tell over time, their comings and goings, who looks after them; tests for one loudspeaker."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("node", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(op.f("fk_airings_node_nodes"), "nodes", ["node"], ["id"])
    _node_turns()
    _vitals()
    _node_care()


def _node_turns() -> None:
    op.create_table(
        "node_turns",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("online", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_node_turns_node_at", "node_turns", ["node", "at"])


def _vitals() -> None:
    op.create_table(
        "vitals_recent",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("quarter", sa.Integer(), primary_key=True, autoincrement=False, index=True),
        sa.Column("samples", sa.Text(), nullable=False),
    )
    op.create_table(
        "vitals_days",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True, index=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )


def _node_care() -> None:
    op.create_table(
        "node_care",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("assignee", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("seen_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
