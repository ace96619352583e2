"""Key sets by area: the one set of before goes on as the province's until the root signs again."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    areas = sa.table("areas", sa.column("code", sa.String), sa.column("parent", sa.String))
    published = sa.table(
        "published",
        sa.column("kind", sa.String),
        sa.column("target", sa.String),
        sa.column("acknowledged_at", sa.DateTime),
    )
    top = sa.select(areas.c.code).where(areas.c.parent.is_(None)).order_by(areas.c.code).limit(1)
    province = op.get_bind().scalar(top)
    if province is not None:
        is_old = sa.and_(published.c.kind == "keys", published.c.target == "")
        op.execute(published.update().where(is_old).values(target=province, acknowledged_at=None))
