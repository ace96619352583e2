"""Ways by which notices leave the pages, and the messages sent by them."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "notice_ways",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=True),
        sa.Column("quiet_to", sa.String(5), nullable=True),
        sa.Column("created_at", when, nullable=False),
        sa.Column("ended_at", when, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
    )
    op.create_index("ix_notice_ways_operator", "notice_ways", ["operator"])
    op.create_table(
        "notice_messages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("way", sa.String(64), sa.ForeignKey("notice_ways.id"), nullable=False),
        sa.Column("notice", sa.String(64), sa.ForeignKey("notices.id"), nullable=True),
        sa.Column("kind", sa.String(24), nullable=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("due_at", when, nullable=False),
        sa.Column("until", when, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", when, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
    )
    op.create_index("ix_notice_messages_notice", "notice_messages", ["notice"])
    op.create_index("ix_notice_messages_subject", "notice_messages", ["subject"])
    op.create_index("ix_notice_messages_state_due_at", "notice_messages", ["state", "due_at"])
    op.create_index("ix_notice_messages_way_at", "notice_messages", ["way", "at"])
