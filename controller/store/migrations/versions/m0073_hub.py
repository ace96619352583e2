"""The hub: accepted approvers, its documents, and the exchange's state."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "hub_approvers",
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("grade", sa.String(24), nullable=True),
        sa.Column("accepted_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("accepted_at", when, nullable=False),
        sa.Column("ended_at", when, nullable=True),
    )
    op.create_table(
        "hub_documents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("kid", sa.String(64), sa.ForeignKey("hub_approvers.kid"), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("approved_at", when, nullable=False),
        sa.Column("expires_at", when, nullable=False),
        sa.Column("recording", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("has_sound", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("came_at", when, nullable=False),
        sa.Column("gone_at", when, nullable=True),
        sa.Column("taken_at", when, nullable=True),
        sa.Column("taken_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=True),
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), nullable=True),
    )
    op.create_table(
        "hub_exchange",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("issued_at", when, nullable=True),
        sa.Column("heard_at", when, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("reported", sa.Text(), nullable=False),
        sa.Column("sent_at", when, nullable=True),
        sa.Column("send_fault", sa.Text(), nullable=True),
    )
