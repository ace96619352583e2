"""Prepared recordings, who holds them, calls of emergencies; airings that are repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("airings", sa.Column("every_ms", sa.Integer(), nullable=True))
    _prepared_recordings()
    _keepings()
    _emergencies()


def _prepared_recordings() -> None:
    op.create_table(
        "prepared_recordings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("template", sa.String(64)),
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), nullable=False, index=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False, index=True),
        sa.Column("created_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
    )


def _keepings() -> None:
    op.create_table(
        "keepings",
        sa.Column("prepared", sa.String(64), sa.ForeignKey("prepared_recordings.id"), primary_key=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True, index=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text()),
    )


def _emergencies() -> None:
    op.create_table(
        "emergencies",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("prepared", sa.String(64), sa.ForeignKey("prepared_recordings.id")),
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("lasts_ms", sa.BigInteger(), nullable=False),
        sa.Column("called_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("confirmed_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("alone_because", sa.Text()),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), unique=True),
        sa.Column("clears", sa.String(64), sa.ForeignKey("emergencies.id")),
        sa.Column("ended_by", sa.String(64), sa.ForeignKey("operators.id")),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text()),
    )
