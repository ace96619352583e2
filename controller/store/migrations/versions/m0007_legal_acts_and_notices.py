"""Legal acts of bulletins, notices to people, who listened to what, and recordings that are brought along."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0011"


def upgrade() -> None:
    # plain columns, not a batch: that would make the table anew, without its triggers
    op.add_column("revisions", sa.Column("kind", sa.String(length=24), server_default="text", nullable=False))
    op.add_column("revisions", sa.Column("upload", sa.String(length=64), nullable=True))
    _legal_references()
    _notices()
    _listenings()


def _legal_references() -> None:
    op.create_table(
        "legal_references",
        sa.Column("bulletin", sa.String(64), sa.ForeignKey("bulletins.id"), primary_key=True),
        sa.Column("number", sa.String(100)),
        sa.Column("kind", sa.String(100)),
        sa.Column("issuer", sa.String(200)),
        sa.Column("dated", sa.Date()),
        sa.Column("in_force_from", sa.Date()),
        sa.Column("in_force_until", sa.Date(), index=True),
        sa.Column("set_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_operator_read_at", ["operator", "read_at"], unique=False)


def _listenings() -> None:
    op.create_table(
        "listenings",
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("recording", sa.String(64), sa.ForeignKey("recordings.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
