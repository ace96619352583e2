"""Second factors with recovery codes, tokens for programs, delegations, the first administrator's code."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaits_code", sa.Boolean(), server_default=sa.false(), nullable=False))
    _second_factors()
    _recovery_codes()
    _api_tokens()
    _delegations()
    _first_codes()


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.BigInteger()),
    )


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), primary_key=True),
        sa.Column("code_sha256", sa.String(64), primary_key=True),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(64), sa.ForeignKey("operators.id"), nullable=False, index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def _delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("giver", sa.String(64), sa.ForeignKey("operators.id"), nullable=False, index=True),
        sa.Column("receiver", sa.String(64), sa.ForeignKey("operators.id"), nullable=False, index=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )


def _first_codes() -> None:
    op.create_table(
        "first_codes",
        sa.Column("code_sha256", sa.String(64), primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
