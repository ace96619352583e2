"""Legal acts of bulletins, notices to people, who listened to what, and recordings that are brought along."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # plain columns, not a batch: that would make the table anew, without its triggers
    op.add_column("revisions", sa.Column("kind", sa.String(length=24), server_default="text", nullable=False))
    op.add_column("revisions", sa.Column("upload", sa.String(length=64), nullable=True))
    _legal_references()
    _notices()
    _listenings()


def downgrade() -> None:
    for table in ("listenings", "notices", "legal_references"):
        op.drop_table(table)
    op.drop_column("revisions", "upload")
    op.drop_column("revisions", "kind")


def _legal_references() -> None:
    op.create_table(
        "legal_references",
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("kind", sa.String(length=100), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin"], ["bulletins.id"], name=op.f("fk_legal_references_bulletin_bulletins")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["operators.id"], name=op.f("fk_legal_references_set_by_operators")
        ),
        sa.PrimaryKeyConstraint("bulletin", name=op.f("pk_legal_references")),
    )
    with op.batch_alter_table("legal_references", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_legal_references_in_force_until"), ["in_force_until"], unique=False
        )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operator"], ["operators.id"], name=op.f("fk_notices_operator_operators")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_operator_read_at", ["operator", "read_at"], unique=False)


def _listenings() -> None:
    op.create_table(
        "listenings",
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator"], ["operators.id"], name=op.f("fk_listenings_operator_operators")
        ),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.id"], name=op.f("fk_listenings_recording_recordings")
        ),
        sa.PrimaryKeyConstraint("operator", "recording", name=op.f("pk_listenings")),
    )
