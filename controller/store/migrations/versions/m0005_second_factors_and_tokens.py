"""Second factors with recovery codes, tokens for programs, delegations, the first administrator's code."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("second_factors", "recovery_codes", "api_tokens", "delegations", "first_codes")


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaits_code", sa.Boolean(), server_default=sa.false(), nullable=False))
    _second_factors()
    _recovery_codes()
    _api_tokens()
    _delegations()
    _first_codes()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    # a session that awaits its code would be taken for one that is signed in
    op.execute("DELETE FROM sessions WHERE awaits_code")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("awaits_code")


def _operator(table: str, column: str = "operator") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["operators.id"], name=op.f(f"fk_{table}_{column}_operators"))


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        _operator("second_factors"),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_second_factors")),
    )


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _operator("recovery_codes"),
        sa.PrimaryKeyConstraint("operator", "code_sha256", name=op.f("pk_recovery_codes")),
    )


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_api_tokens_area_areas")),
        _operator("api_tokens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
    )
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_tokens_operator"), ["operator"], unique=False)


def _delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_delegations_area_areas")),
        _operator("delegations", "giver"),
        _operator("delegations", "receiver"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegations_giver"), ["giver"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegations_receiver"), ["receiver"], unique=False)


def _first_codes() -> None:
    op.create_table(
        "first_codes",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_first_codes")),
    )
