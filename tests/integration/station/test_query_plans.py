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


def test_a_sample_of_few_rows_does_not_make_the_rows_of_an_airing_many(postgres):  # noqa: F811
    columns, rows = "airing, node, rung, heard_ms, turn", "'a' || n / 50, 'n' || n % 50, 3, 0, 0"
    hundred_thousand = "generate_series(0, 99999) AS n"
    with closing(Store(postgres.create())) as store:
        store.upgrade()
        with store.write() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))  # no airings, no nodes
            session.execute(text(f"INSERT INTO deliveries ({columns}) SELECT {rows} FROM {hundred_thousand}"))
            # three hundred rows, as PostgreSQL takes thirty thousand of years of a province
            session.execute(text("SET LOCAL default_statistics_target = 1"))
            session.execute(text("ANALYZE deliveries"))
            explain = "EXPLAIN (FORMAT JSON) SELECT * FROM deliveries WHERE airing IN ('a7', 'a700', 'a1900')"
            ((plans,),) = session.execute(text(explain)).all()
    assert plans[0]["Plan"]["Plan Rows"] < 200  # 150 there are
