"""Phones that follow a commune, what is announced to them, and what of it is on its way."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "followers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("bulletins", sa.Boolean(), nullable=False),
        sa.Column("since", when, nullable=False),
        sa.UniqueConstraint("address", "area"),
    )
    op.create_index("ix_followers_area_id", "followers", ["area", "id"])
    op.create_table(
        "announcements",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id"), nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("due_at", when, nullable=False),
        sa.Column("until", when, nullable=False),
        sa.Column("told_to", sa.String(64), nullable=False),
        sa.Column("done_at", when, nullable=True),
    )
    op.create_index("ix_announcements_subject", "announcements", ["subject"])
    op.create_index("ix_announcements_done_at_due_at", "announcements", ["done_at", "due_at"])
    op.create_table(
        "follower_messages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("announcement", sa.String(64), sa.ForeignKey("announcements.id"), nullable=False),
        sa.Column("follower", sa.String(64), sa.ForeignKey("followers.id"), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("due_at", when, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.UniqueConstraint("announcement", "follower"),
    )
    op.create_index("ix_follower_messages_follower", "follower_messages", ["follower"])
    op.create_index("ix_follower_messages_due_at", "follower_messages", ["due_at"])
