"""The journal is one chain, whoever writes at once, and can be checked away from the database."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest
from sqlalchemy import text

from controller.errors import LoaError
from controller.features.journal.chain import JournalBroken, verify
from controller.features.journal.queries import entries_of, export
from controller.features.journal.service import STATION, head_with_this, record, record_each
from controller.store import Store
from tests.support.stored_rows import newest_entries
from tests.support.waiting import WITHIN


def exported(world):
    with world.store.read() as session:
        return list(export(session))


def test_an_act_that_failed_leaves_no_entry(world):
    before = exported(world)

    def fail(session, now):
        record(session, None, "nothing.done", "s", now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.do(fail)
    assert exported(world) == before


@pytest.mark.both_databases
def test_writers_at_once_make_one_unbroken_chain(world):
    before = len(exported(world))

    def write(store):
        for n in range(15):
            with store.write() as session:
                record(session, world.officer, "act.done", f"s{n}", world.now, detail={"n": n})

    url = world.store.url.render_as_string(hide_password=False)
    with closing(Store(url, signer=world.store.signer)) as other:
        threads = [threading.Thread(target=write, args=(store,)) for store in (world.store, other) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert verify(exported(world), world.station_key.public_x).entries == before + 60


@pytest.mark.both_databases
def test_who_has_recorded_something_holds_nobody_up_before_the_commit(world):
    def act(subject):
        with world.store.write() as session:
            record(session, None, "act.done", subject, world.now)

    with ThreadPoolExecutor() as threads:
        with world.store.write() as session:
            record(session, None, "act.done", "begun first", world.now)
            quick = threads.submit(act, "ended first")
            if not world.store.is_sqlite:  # SQLite has one writer at a time
                quick.result(timeout=WITHIN)
        quick.result(timeout=WITHIN)
    subjects = ["begun first", "ended first"] if world.store.is_sqlite else ["ended first", "begun first"]
    assert [json.loads(line)["subject"] for line in exported(world)[-2:]] == subjects
    verify(exported(world), world.station_key.public_x)


def test_an_act_that_is_undone_with_its_savepoint_leaves_no_entry(world):
    def fail(session, subject):
        with session.begin_nested():
            record(session, None, "act.done", subject, world.now)
        raise ZeroDivisionError

    with world.store.write() as session:
        record(session, None, "act.done", "before", world.now)
        with suppress(ZeroDivisionError), session.begin_nested():
            record(session, None, "act.done", "undone", world.now)
            fail(session, "released, and undone with what is around it")
        with session.begin_nested():
            record(session, None, "act.done", "kept", world.now)
    subjects = [json.loads(line)["subject"] for line in exported(world)]
    assert subjects[-2:] == ["before", "kept"]
    assert "undone" not in subjects


def test_the_end_of_the_journal_is_asked_with_what_the_same_transaction_has_done(world):
    before = verify(exported(world), world.station_key.public_x).entries
    with world.store.write() as session:
        record(session, None, "act.done", "s", world.now)
        assert head_with_this(session).tree.size == before + 1
        record(session, None, "act.done", "t", world.now)
    assert verify(exported(world), world.station_key.public_x).entries == before + 2


def test_an_act_on_many_subjects_has_an_entry_for_each_in_the_same_chain(world):
    before = verify(exported(world), world.station_key.public_x).entries
    with world.store.write() as session:
        record_each(
            session, None, "test.act", [(f"n-{number}", {"of": number}) for number in range(5)], world.now
        )
        record(session, None, "test.end", "n", world.now)
    assert verify(exported(world), world.station_key.public_x).entries == before + 6
    assert [json.loads(line)["subject"] for line in exported(world)[-6:-1]] == [f"n-{n}" for n in range(5)]


def test_entries_name_who_did_it_and_to_what(world):
    bulletin = world.approved()
    acts = [(entry.by, entry.act) for entry in world.ask(entries_of, bulletin)]
    assert acts == [
        (world.approver.id, "bulletin.approved"),
        (STATION, "rendering.finished"),
        (world.clerk.id, "bulletin.submitted"),
        (world.clerk.id, "bulletin.drafted"),
    ]
    assert world.ask(newest_entries, 1)[0].act == "bulletin.approved"


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["journal", "receipts", "revisions"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}={}", "DELETE FROM {}"])
def test_what_is_written_once_can_be_neither_changed_nor_deleted(world, table, statement):
    airing = world.plan(world.approved())
    world.advance()
    world.tell("22366-1", airing, "fetched")
    column = {"journal": "act", "receipts": "kind", "revisions": "text"}[table]
    with pytest.raises(LoaError), world.store.write() as session:
        session.execute(text(statement.format(table, column, "'x'")))


@pytest.mark.both_databases
def test_a_journal_changed_behind_the_triggers_back_is_found(world):
    lines = exported(world)
    forged = [lines[0].replace('"canbo"', '"khác"'), *lines[1:]]
    assert forged != lines
    with pytest.raises(JournalBroken):
        verify(forged, world.station_key.public_x)


def test_a_store_without_a_key_for_the_journal_acts_not_at_all(world):
    signer, world.store.signer = world.store.signer, None
    try:
        with pytest.raises(RuntimeError, match="key for the journal"):
            world.submitted()
    finally:
        world.store.signer = signer
