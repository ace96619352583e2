"""What a node's status is derived from has a column each: a province is counted without reading JSON."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "sounding": sa.String(64),
    "clock_error_ms": sa.Float(),
    "storage_free": sa.BigInteger(),
    "temperature_c": sa.Float(),
    "battery_percent": sa.Float(),
    "mains": sa.Boolean(),
    "amplifier_ok": sa.Boolean(),
    "level_dbfs": sa.Float(),
}


def upgrade() -> None:
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        for name, kind in _COLUMNS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    nodes = sa.table("nodes", sa.column("id"), sa.column("vitals"), *(sa.column(name) for name in _COLUMNS))
    known = op.get_bind()
    told = sa.cast(nodes.c.vitals, sa.Text)
    for node, words in known.execute(sa.select(nodes.c.id, told).where(nodes.c.vitals.is_not(None))).all():
        facts = json.loads(words)
        # nothing told was kept as JSON's own null until now
        kept = {name: facts.get(name) for name in _COLUMNS} if facts else {"vitals": sa.null()}
        known.execute(nodes.update().where(nodes.c.id == node).values(kept))
