"""First passwords: after signing in with one, a person must choose another first."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("operators", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("first_password", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
