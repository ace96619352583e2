"""What every store promises, on SQLite and on PostgreSQL."""

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from controller.errors import BadInput, Busy, Conflict, LoaError, StartFailed, Unavailable
from controller.features.areas.queries import area_tree
from controller.model.areas import Area
from controller.model.fleet import Node
from controller.model.journal import Entry
from controller.store import Store, migrating
from controller.store.migrating import differences
from controller.store.revisions import MIGRATIONS, Schema, newest_revision, schema_of
from tests.support.stored_rows import sqlite_url

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
KEPT = ("as_aired", "journal", "receipts", "revisions")
TRIGGERS = {
    "sqlite": {(table, f"{table}_no_{act}") for table in KEPT for act in ("update", "delete")},
    "postgresql": {("as_aired", "as_aired_keep")}
    | {(table, f"{table}_no_{act}") for table in KEPT[1:] for act in ("change", "truncate")},
}
"""Of tables whose rows are written once. A migration that copies a table on SQLite loses its triggers."""


def area(code="56", **fields):
    return Area(code=code, name="Tỉnh Khánh Hòa", kind="Tỉnh", **fields)


def node(node_id="n1", at=NOON):
    return Node(id=node_id, area="56", name="Cụm 1", enrolled_at=at, session=2**40, online=False)


def codes(store):
    with store.read() as session:
        return list(session.scalars(select(Area.code).order_by(Area.code)))


def test_what_is_read_once_a_snapshot_is_read_again_in_the_next_and_by_who_writes(store):
    with store.write() as session:
        assert "56" not in area_tree(session)
        session.add(area())
        session.flush()
        assert "56" in area_tree(session)
    with store.read() as session:
        assert area_tree(session) is area_tree(session)
        assert "56" in area_tree(session)
    with store.write() as session:
        session.add(area("57", parent="56"))
    with store.read() as session:
        assert "57" in area_tree(session)


def test_who_writes_reads_the_areas_again_only_after_writing_areas(store):
    with store.write() as session:
        session.add(area())
        tree = area_tree(session)
        session.add(node())
        session.flush()
        assert area_tree(session) is tree
        session.add(area("57", parent="56"))  # not written yet
        assert area_tree(session).lineage("57") == ("57", "56")
        session.execute(update(Area).where(Area.code == "57").values(parent=None))
        assert area_tree(session).lineage("57") == ("57",)


def test_migrations_lead_to_exactly_the_shape_of_the_rows(store):
    assert differences(store._engine) == []


def test_what_is_kept_has_its_triggers_after_all_migrations(store, kind):
    names = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled = 'O'",
    }[kind]
    with store.read() as session:
        assert {(table, name) for table, name in session.execute(text(names))} == TRIGGERS[kind]


def test_the_newest_shape_is_told_without_alembic_as_alembic_tells_it(store):
    steps = ScriptDirectory(str(MIGRATIONS))
    assert newest_revision() == steps.get_current_head()
    assert schema_of(store._engine) is Schema.CURRENT
    before = steps.get_revision("head").down_revision
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    assert schema_of(store._engine) is Schema.OLD


def test_a_database_that_is_not_there_has_no_newest_shape_and_is_not_made_by_asking(url, tmp_path):
    with closing(Store(url)) as store:
        assert schema_of(store._engine) is Schema.OLD
    assert not list(tmp_path.glob("*.db"))


def test_what_has_the_newest_shape_is_not_migrated_again(store, monkeypatch):
    monkeypatch.setattr(migrating, "upgrade", None)
    store.upgrade()


def test_upgrading_twice_changes_nothing(store):
    with store.write() as session:
        session.add(area())
    store.upgrade()
    assert codes(store) == ["56"]


def test_two_processes_may_upgrade_at_once(url):
    with closing(Store(url)) as one, closing(Store(url)) as other:
        threads = [threading.Thread(target=store.upgrade) for store in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert differences(one._engine) == []


def of_a_newer_release(store, serves_from):
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("UPDATE schema_state SET serves_from = :it"), {"it": serves_from})


def test_a_newer_database_is_refused_with_a_sentence(store):
    of_a_newer_release(store, "9998")
    assert not store.is_upgraded()
    with pytest.raises(Unavailable, match="phiên bản mới hơn"):
        store.upgrade()


def test_a_newer_database_that_serves_this_program_is_used_as_it_is(store):
    of_a_newer_release(store, newest_revision())
    assert store.is_upgraded()
    store.upgrade()
    with store.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_what_a_block_wrote_is_there_afterwards(store):
    with store.write() as session:
        session.add(area())
    assert codes(store) == ["56"]


def test_a_block_that_raises_leaves_nothing(store):
    def fail():
        with store.write() as session:
            session.add(area())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert codes(store) == []


def test_instants_come_back_as_the_same_aware_utc(store):
    hanoi = NOON.astimezone(timezone(timedelta(hours=7)))
    with store.write() as session:
        session.add(area())
        session.flush()
        session.add(node(at=hanoi))
    with store.read() as session:
        back = session.scalars(select(Node).where(Node.enrolled_at == hanoi)).one().enrolled_at
    assert (back, back.utcoffset()) == (NOON, timedelta(0))


def test_instants_are_ordered_across_zones(store):
    with store.write() as session:
        session.add(area())
        session.flush()
        session.add(node("early", NOON.astimezone(timezone(timedelta(hours=14)))))
        session.add(node("late", NOON + timedelta(microseconds=1)))
    with store.read() as session:
        assert list(session.scalars(select(Node.id).where(Node.enrolled_at > NOON))) == ["late"]


def test_a_naive_instant_is_refused(store):
    with store.write() as session:
        session.add(area())
    with pytest.raises(StatementError, match="naive"), store.write() as session:
        session.add(node(at=NOON.replace(tzinfo=None)))


def test_a_row_that_points_nowhere_is_refused(store):
    with pytest.raises(Conflict), store.write() as session:
        session.add(node())
    with pytest.raises(Conflict), store.write() as session:
        session.add(area("22366", parent="57"))


def test_a_second_row_of_one_key_is_a_conflict(store):
    with store.write() as session:
        session.add(area())
    with pytest.raises(Conflict) as raced, store.write() as session:
        session.execute(insert(Area).values(code="56", name="Khác", kind="Tỉnh"))
    assert raced.value.code == "store.raced"


def test_a_reading_block_cannot_write(store):
    with pytest.raises((LoaError, DBAPIError)), store.read() as session:
        session.execute(insert(Area).values(code="56", name="Khác", kind="Tỉnh"))
    assert codes(store) == []


def test_text_that_the_engine_cannot_keep_is_bad_input_or_kept_whole(store):
    try:
        with store.write() as session:
            session.add(area("a\x00b"))
    except BadInput:
        assert codes(store) == []
    else:
        assert codes(store) == ["a\x00b"]


def test_what_was_loaded_stays_usable_after_its_block(store):
    with store.write() as session:
        session.add(area())
    with store.read() as session:
        loaded = session.scalars(select(Area)).one()
    assert loaded.name == "Tỉnh Khánh Hòa"


def test_listeners_hear_of_commits_that_changed_something_and_of_no_others(store):
    heard = []
    store.on_commit(lambda: heard.append(codes(store)))
    with store.write() as session:
        session.add(area())
    assert heard == [["56"]]
    with store.write() as session:
        session.scalars(select(Area)).all()
        session.execute(update(Area).where(Area.code == "99").values(name="Không có"))
    with pytest.raises(Conflict), store.write() as session:
        session.execute(update(Area).values(name="Sẽ không còn", parent="99"))
    assert len(heard) == 1
    with store.write() as session:
        session.execute(update(Area).values(name="Tên mới"))
    assert len(heard) == 2


def test_many_threads_write_without_losing_a_step(store):
    with store.write() as session:
        session.add(area())
        session.flush()
        session.add(node())

    def count(times):
        for _ in range(times):
            with store.write() as session:
                row = session.get(Node, "n1", with_for_update=True)
                row.session += 1

    threads = [threading.Thread(target=count, args=(10,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.read() as session:
        assert session.get_one(Node, "n1").session == 2**40 + 40


def test_a_reader_is_not_kept_waiting_by_a_writer(store):
    with store.write() as session:
        session.add(area())
    with store.write() as writing:
        writing.execute(update(Area).values(name="Chưa xong"))
        with store.read() as session:
            assert session.scalars(select(Area.name)).one() == "Tỉnh Khánh Hòa"


def test_a_reader_keeps_one_view_whatever_is_committed_meanwhile(store):
    with store.write() as session:
        session.add(area())
    with store.read() as reading:
        assert reading.scalars(select(Area.name)).all() == ["Tỉnh Khánh Hòa"]
        with store.write() as session:
            session.execute(update(Area).values(name="Tên mới"))
        assert reading.scalars(select(Area.name)).all() == ["Tỉnh Khánh Hòa"]
    with store.read() as session:
        assert session.scalars(select(Area.name)).all() == ["Tên mới"]


def test_who_waits_too_long_is_told_that_the_server_is_busy(store):
    with store.write() as session:
        session.add(area())
    with closing(Store(store.url, wait_seconds=0.3)) as other, store.write() as session:
        session.execute(update(Area).values(name="Đang giữ"))
        with pytest.raises(Busy), other.write() as waiting:
            waiting.execute(update(Area).values(name="Đang chờ"))
    with store.read() as session:
        assert session.scalars(select(Area.name)).one() == "Đang giữ"


def test_a_write_inside_a_write_is_a_mistake_that_shows_at_once(store):
    with store.write(), pytest.raises(RuntimeError, match="inside another"), store.write():
        pass
    with store.write() as session:
        session.add(area())
    assert codes(store) == ["56"]


def test_the_journal_cannot_be_changed_or_emptied(store):
    with store.write() as session:
        session.add(
            Entry(
                seq=1,
                at=NOON,
                by="station",
                act="a",
                subject="s",
                detail={"lời": "ơ"},
                previous="0" * 64,
                hash="1" * 64,
                kid="k",
                signature="s",
            )
        )
    for statement in ("UPDATE journal SET act = 'b'", "DELETE FROM journal"):
        with pytest.raises(LoaError), store.write() as session:
            session.execute(text(statement))
    with store.read() as session:
        entry = session.scalars(select(Entry)).one()
    assert (entry.act, entry.detail) == ("a", {"lời": "ơ"})


def test_sqlite_keeps_every_commit_through_a_power_cut(tmp_path):
    store = Store(sqlite_url(tmp_path / "loa.db"))
    store.upgrade()
    with store.write() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    store.close()


@pytest.mark.usefixtures("migrations_run")
def test_the_sqlite_file_is_its_owners_alone(tmp_path):
    store = Store(sqlite_url(tmp_path / "loa.db"))
    store.upgrade()
    store.close()
    assert (tmp_path / "loa.db").stat().st_mode & 0o077 == 0


def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path, free_port):
    (tmp_path / "file").write_text("not a folder")
    for gone in (
        sqlite_url(tmp_path / "nowhere" / "loa.db"),
        f"postgresql+psycopg://u:p@127.0.0.1:{free_port}/loa",
    ):
        with closing(Store(gone)) as store, pytest.raises(Unavailable), store.read() as session:
            session.scalars(select(Area)).all()


@pytest.mark.parametrize("revision", ["base", "0014"])  # no table; a table without newer columns
def test_a_database_of_an_older_program_is_told_in_a_sentence(url, revision):
    with closing(Store(url)) as store:
        migrating.upgrade(store._engine, revision)
        with pytest.raises(StartFailed) as refused, store.read() as session:
            session.scalars(select(Node)).all()
    assert refused.value.code == "store.too-old"


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path):
    (tmp_path / "loa.db").write_text("đây không phải là cơ sở dữ liệu" * 100)
    store = Store(sqlite_url(tmp_path / "loa.db"))
    with pytest.raises(Unavailable):
        store.upgrade()
    store.close()


def test_a_memory_database_is_refused_for_it_is_another_one_in_each_thread():
    with pytest.raises(ValueError, match="file"):
        Store("sqlite://")
