"""What a technician at the pole heard of a test, and a photograph of the pole."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.create_table(
        "speaker_test_results",
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), primary_key=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), nullable=False),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_speaker_test_results_node_at", "speaker_test_results", ["node", "at"])
    op.create_table(
        "node_photos",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("taken_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    )
