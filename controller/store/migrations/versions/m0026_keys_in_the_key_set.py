"""A key knows whether the signed key set names it: loudspeakers refuse what any other key signs."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_key_set", sa.Boolean(), nullable=False, server_default=sa.false()))
    published = sa.table("published", sa.column("kind", sa.String), sa.column("document", sa.Text))
    keys = sa.table("keys", sa.column("kid", sa.String), sa.column("in_key_set", sa.Boolean))
    connection = op.get_bind()
    for document in connection.scalars(sa.select(published.c.document).where(published.c.kind == "keys")):
        for key in json.loads(document)["keys"]:
            connection.execute(keys.update().where(keys.c.kid == key["kid"]).values(in_key_set=True))
