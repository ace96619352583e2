"""Plans state each approval once, and airings name it by its digest; published plans are issued anew."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    published = sa.table(
        "published",
        sa.column("id", sa.Integer),
        sa.column("kind", sa.String),
        sa.column("digest", sa.String),
        sa.column("document", sa.Text),
    )
    connection = op.get_bind()
    plans = sa.select(published.c.id, published.c.document).where(published.c.kind == "plan")
    for number, document in connection.execute(plans).all():
        changed = published.update().where(published.c.id == number)
        connection.execute(changed.values(document=_stated_once(document), digest=""))


def _stated_once(document: str) -> str:
    plan = json.loads(document)
    texts = {}
    for one in (*plan["airings"], *plan.get("keep", ())):
        name = hashlib.sha256(one["approval"].encode()).hexdigest()
        texts[name] = one["approval"]
        one["approval"] = name
    return json.dumps({**plan, "approvals": [texts[name] for name in sorted(texts)]})
