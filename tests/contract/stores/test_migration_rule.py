"""Each step after m0061 is survived by the release before it; docs/upgrade.md says how to write one."""

from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from controller.store import Store, migrating
from controller.store.revisions import MIGRATIONS
from tests.support.releases import heads
from tests.support.schema_rule import breaks, schema_in

FIRST = "0061"
"""The newest step from before the rule."""

OLD = "CREATE TABLE t (id int PRIMARY KEY, word varchar(5), number int, wanted int DEFAULT 1 NOT NULL)"
BROKEN = {
    "DROP TABLE t": "t: the table is gone",
    "ALTER TABLE t RENAME TO u": "t: the table is gone",
    "ALTER TABLE t DROP COLUMN word": "t.word is gone",
    "ALTER TABLE t ALTER word TYPE varchar(4)": "t.word is another kind",
    "ALTER TABLE t ALTER number TYPE text": "t.number is another kind",
    "ALTER TABLE t ALTER number SET NOT NULL": "t.number may not be empty any more",
    "ALTER TABLE t ALTER wanted DROP DEFAULT": "t.wanted may not be left out any more",
    "ALTER TABLE t ADD COLUMN more int NOT NULL": "t.more is new and may not be left out",
    "ALTER TABLE t ADD UNIQUE (word)": "t: unique word refuses what it writes",
    "CREATE UNIQUE INDEX ON t (word)": "t: unique word refuses what it writes",
    "ALTER TABLE t ADD CHECK (number > 1)": "t: check number > 1 refuses what it writes",
    "ALTER TABLE t ADD FOREIGN KEY (number) REFERENCES t (id)": "t: refers number refuses what it writes",
    "CREATE INDEX slow ON t (word)": "t: index slow is built while its writers wait",
}
SURVIVED = (
    "CREATE TABLE u (id int PRIMARY KEY, word varchar(5) NOT NULL UNIQUE)",
    "ALTER TABLE t ADD COLUMN more int",
    "ALTER TABLE t ADD COLUMN more int DEFAULT 1 NOT NULL",
    "ALTER TABLE t ADD COLUMN more int UNIQUE REFERENCES t (id)",
    "ALTER TABLE t ALTER word TYPE varchar(6)",
    "ALTER TABLE t ALTER word TYPE text",
    "ALTER TABLE t ALTER number TYPE bigint",
    "CREATE INDEX beside ON t (word)",
)


@pytest.fixture(scope="module")
def connection(postgres):
    engine = sa.create_engine(postgres.create())
    with engine.connect() as opened:
        opened.execute(sa.text(OLD))
        opened.commit()
        yield opened
    engine.dispose()


def found(connection, statement):
    before = schema_in(connection)
    connection.execute(sa.text(statement))
    after = schema_in(connection)
    connection.rollback()
    return breaks(before, after, {"beside"})


@pytest.mark.parametrize("statement", BROKEN)
def test_what_a_running_release_does_not_survive_is_found(connection, statement):
    assert BROKEN[statement] in found(connection, statement)


@pytest.mark.parametrize("statement", SURVIVED)
def test_what_a_running_release_survives_is_let_through(connection, statement):
    assert found(connection, statement) == []


def steps():
    walked = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return sorted((one for one in walked if one.revision > FIRST), key=lambda one: one.revision)


def test_each_step_is_survived_by_the_release_before_or_says_from_which_on(postgres):
    """A step that says it (`serves_from`) breaks what a released version no longer uses, or none is out."""
    wrong = {}
    with closing(Store(postgres.create())) as store:
        migrating.upgrade(store._engine, FIRST)
        with store._engine.connect() as connection:
            after = schema_in(connection)
        for step in steps():
            migrating.upgrade(store._engine, step.revision)
            before = after
            with store._engine.connect() as connection:
                after = schema_in(connection)
            beside = {name for name, _, _ in getattr(step.module, "built_beside", ())}
            if not hasattr(step.module, "serves_from"):
                wrong[step.revision] = breaks(before, after, beside)
    assert {revision: what for revision, what in wrong.items() if what} == {}


def test_what_a_step_breaks_was_out_of_use_in_a_release_before_it():
    """So the release before goes on while the step runs. Before the first release there is none to keep."""
    for step in steps():
        earlier = [head for head in heads().values() if head < step.revision]
        if earlier and hasattr(step.module, "serves_from"):
            assert step.module.serves_from <= max(earlier), step.revision
