"""PostgreSQL plans a query for its values, however often a connection has asked it."""

from contextlib import closing

from sqlalchemy import text

from controller.store import Store
from tests.support.postgres import postgres  # noqa: F401 - a fixture

_ASKED = 20
"""Times; after the tenth PostgreSQL would take one plan for all values."""


def test_a_query_is_planned_for_its_values_each_time(postgres):  # noqa: F811
    with closing(Store(postgres.create())) as store, store.read() as session:
        for number in range(_ASKED):
            session.execute(text("SELECT count(*) FROM pg_class WHERE relpages > :pages"), {"pages": number})
        kept = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement ~ 'relpages'"
        ((generic, custom),) = session.execute(text(kept)).all()
    assert (generic, custom > _ASKED // 2) == (0, True)
