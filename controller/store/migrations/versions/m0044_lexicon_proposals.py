"""Readings that officers propose for the lexicon, until somebody who may teach decides."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "lexicon_proposals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("spoken", sa.String(length=500), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_lexicon_proposals_area_areas")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["operators.id"], name=op.f("fk_lexicon_proposals_proposed_by_operators")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["operators.id"], name=op.f("fk_lexicon_proposals_decided_by_operators")
        ),
        sa.ForeignKeyConstraint(["entry"], ["lexicon.id"], name=op.f("fk_lexicon_proposals_entry_lexicon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon_proposals")),
    )
    op.create_index(op.f("ix_lexicon_proposals_decided_at"), "lexicon_proposals", ["decided_at"])
