"""What authors have signed of their bulletins, and by which key the author of an approval has signed."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_table(
        "authorships",
        sa.Column("bulletin", sa.String(length=64), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("author", sa.String(length=64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("recording", sa.String(length=64), sa.ForeignKey("recordings.id"), nullable=False),
        sa.Column("grade", sa.String(length=24), nullable=False),
        sa.Column("kid", sa.String(length=64), sa.ForeignKey("keys.kid"), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("authored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )
    op.add_column("approvals", sa.Column("author_kid", sa.String(length=64)))
