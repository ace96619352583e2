"""Who makes a recording, until when and how far; and the machines that speak beside the station."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    for column in (
        sa.Column("worker", sa.String(200)),
        sa.Column("claim", sa.String(64)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("stage", sa.String(20)),
        sa.Column("steps_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("steps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made", sa.JSON()),
    ):
        op.add_column("renderings", column)
    op.create_table(
        "speech_workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "speech_terms",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("software", sa.String(100), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
    )
