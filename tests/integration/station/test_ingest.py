"""What nodes say while the database is busy, or while one of them says what cannot be written."""

import re
import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import func, select

from controller.features.fleet.queries import get_node
from controller.host.metrics import exposition
from controller.model.airings import StoredReceipt
from controller.model.fleet import StateTurn
from controller.runtime import ingest as ingesting
from controller.runtime import receipt_judging
from controller.runtime.committed_receipts import CommittedReceipts
from controller.runtime.give_way import GIVE_WAY_S, GiveWay
from controller.runtime.ingest import Ingest
from controller.runtime.receipt_ingestion import Committed
from controller.store import Store
from devices import topics
from devices.jose import read_payload
from devices.messages import NodeState, Vitals
from devices.receipt_signing import receipt_id
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.station_world import NODES
from tests.support.waiting import wait_until

NODE = NODES[0].id


@pytest.fixture
def broker():
    broker = MemoryBroker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def ingest(world, broker):
    link = MemoryLink(broker, "loa-station")
    link.start()
    store = Store(str(world.store.url), signer=world.store.signer, wait_seconds=0.1)
    ingest = Ingest(store, link, world.station_key, lambda: world.now)
    yield ingest
    ingest.stop()
    store.close()


@contextmanager
def busy(world):
    with closing(sqlite3.connect(world.store.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def say_born(world, ingest, times=1):
    for session in range(1, times + 1):
        born = NodeState(node=NODE, session=session, online=True, at=world.now, software="")
        ingest.take(topics.StateTopic(NODE), born.payload())


def test_while_the_database_is_busy_a_batch_costs_one_line_and_one_wait(world, ingest, caplog):
    say_born(world, ingest, 300)
    with busy(world):
        ingest.start()
        assert wait_until(lambda: ingest.written >= 300)
    told = [record for record in caplog.records if record.name == "controller.runtime.ingest"]
    assert len(told) == 1
    assert "300 words" in told[0].getMessage()
    assert "store.busy" in told[0].getMessage()
    assert told[0].exc_info is None


def test_births_that_came_while_the_database_was_busy_are_written_afterwards(world, ingest):
    say_born(world, ingest)
    with busy(world):
        ingest.start()
        assert wait_until(lambda: ingest.written == 1)
    assert wait_until(lambda: world.ask(get_node, NODE).online)


def test_while_a_call_goes_out_nothing_is_written_and_all_of_it_afterwards(world, ingest):
    ingest.way.begin()
    called_at = time.monotonic()
    say_born(world, ingest, 3)
    ingest.turn()
    assert time.monotonic() - called_at >= GIVE_WAY_S
    assert ingest.written == 3
    assert world.ask(get_node, NODE).online


def test_what_has_waited_already_is_not_kept_waiting_for_more(world, ingest, monkeypatch):
    monkeypatch.setattr(ingesting, "_GATHER", GIVE_WAY_S)
    ingest.way.begin()
    say_born(world, ingest)
    said_at = time.monotonic()
    ingest.turn()
    assert ingest.written == 1
    assert time.monotonic() - said_at < 2 * GIVE_WAY_S


def test_after_vitals_alone_the_thread_rests_until_something_comes(world, ingest, monkeypatch):
    monkeypatch.setattr(ingesting, "_WAKE", 0.3)
    said = {"clock_offset_ms": 0.0, "clock_error_ms": 1.0, "volume": 70, "storage_free": 1}
    told = Vitals(node=NODE, session=1, at=world.now, **said)
    ingest.take(topics.VitalsTopic(NODE), told.payload())
    ingest.turn()
    began = time.monotonic()
    ingest.turn()
    assert time.monotonic() - began >= 0.3


def test_what_comes_after_a_call_waits_also_where_its_thread_was_waiting_for_it(world, ingest):
    def turn():
        while not ingest.written:
            ingest.turn()

    turning = threading.Thread(target=turn)
    turning.start()
    ingest.way.begin()
    called_at = time.monotonic()
    say_born(world, ingest, 3)
    turning.join()
    assert time.monotonic() - called_at >= GIVE_WAY_S


@pytest.fixture
def called_meanwhile(ingest, monkeypatch):
    """Receipts are judged while somebody calls; the instants of the calls."""
    judge, called_at = receipt_judging.open_receipt, []

    def call_meanwhile(text, *how):
        ingest.way.begin()
        called_at.append(time.monotonic())
        return judge(text, *how)

    monkeypatch.setattr(receipt_judging, "open_receipt", call_meanwhile)
    return called_at


def receipts_stored(world):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(StoredReceipt)))


def test_a_batch_that_was_begun_before_a_call_goes_on_after_it(world, ingest, called_meanwhile):
    say_fetched(world, ingest, 1)
    ingest.turn()
    assert time.monotonic() - called_meanwhile[0] >= GIVE_WAY_S
    assert receipts_stored(world) == 1


@pytest.mark.usefixtures("called_meanwhile")
def test_calls_without_end_hold_a_batch_up_once(world, ingest):
    now, waits = [0.0], []

    def waited(seconds):
        waits.append(seconds)
        now[0] += seconds
        ingest.way.begin()  # somebody calls again, all the time

    ingest.way = GiveWay(lambda: now[0])
    ingest._stopping.wait = waited
    ingest.way.begin()
    say_fetched(world, ingest, 1)
    ingest.turn()
    assert len(waits) > 1
    assert sum(waits) == GIVE_WAY_S
    assert receipts_stored(world) == 1


def test_a_repeat_of_receipts_that_still_wait_is_not_dealt_with_again_and_a_later_one_is(world, ingest):
    said = world.said(NODE, world.fields("0-unknown-airing-0000", "fetched")).payload()
    other = world.said(NODE, world.fields("0-unknown-airing-0000", "started")).payload()
    for payload in (said, said, other, said):
        ingest.take(topics.ReceiptTopic(NODE), payload)
    ingest.turn()
    assert (ingest.arrived, ingest.written) == (2, 2)
    assert world.ask(lambda session: session.scalar(select(func.count()).select_from(StoredReceipt))) == 2
    ingest.take(topics.ReceiptTopic(NODE), said)  # its answer was lost: it gets another
    ingest.turn()
    assert (ingest.arrived, ingest.written) == (3, 3)


def test_what_was_committed_is_answered_again_without_being_written_again(world, ingest, broker, monkeypatch):
    told, checked = [], []
    judge = receipt_judging.open_receipt
    monkeypatch.setattr(
        receipt_judging, "open_receipt", lambda text, *how: checked.append(text) or judge(text, *how)
    )
    node = MemoryLink(broker, NODE, on_message=told.append)
    node.subscribe(topics.receipt_committed(NODE))
    node.start()
    assert wait_until(lambda: node.is_up and ingest.link.is_up)
    first = world.said(NODE, world.fields("0-unknown-airing-0000", "fetched"))
    later = world.said(NODE, world.fields("0-unknown-airing-0000", "started"))
    both = first.model_copy(update={"receipts": (*first.receipts, *later.receipts)})
    counted = committed_receipts()
    for said in (first, both, first):
        ingest.take(topics.ReceiptTopic(NODE), said.payload())
        ingest.turn()
    assert checked == [*both.receipts]
    assert world.ask(lambda session: session.scalar(select(func.count()).select_from(StoredReceipt))) == 2
    assert committed_receipts() - counted == 2, "a repeat is no receipt more"
    names = [receipt_id(text) for text in both.receipts]
    assert wait_until(lambda: len(told) == 4)
    answers = [read_payload(one.payload.decode())["ids"] for one in told]
    assert answers == [names[:1], names[:1], names[1:], names[:1]]


@pytest.fixture
def small_batches(monkeypatch):
    """Two messages are a batch, and the next is judged meanwhile as soon as one more waits."""
    monkeypatch.setattr("controller.runtime.ingest._BATCH", 2)
    monkeypatch.setattr("controller.runtime.ingest._AHEAD", 1)


def say_fetched(world, ingest, times):
    said = [world.said(NODE, world.fields("0-unknown-airing-0000", "fetched")) for _ in range(times)]
    for one in said:
        ingest.take(topics.ReceiptTopic(NODE), one.payload())
    return [receipt_id(one.receipts[0]) for one in said]


@pytest.mark.usefixtures("small_batches")
def test_while_more_wait_than_a_batch_the_next_is_judged_meanwhile_and_answered_once_it_is_committed(
    world, ingest, broker, monkeypatch
):
    threads, told = [], []
    judge = receipt_judging.open_receipt
    monkeypatch.setattr(
        receipt_judging,
        "open_receipt",
        lambda text, *how: threads.append(threading.current_thread().name) or judge(text, *how),
    )

    def answered(message):
        with world.store.read() as session:
            rows = set(session.scalars(select(StoredReceipt.id)))
        told.extend((name, name in rows) for name in read_payload(message.payload.decode())["ids"])

    node = MemoryLink(broker, NODE, on_message=answered)
    node.subscribe(topics.receipt_committed(NODE))
    node.start()
    assert wait_until(lambda: node.is_up and ingest.link.is_up)
    names = say_fetched(world, ingest, 5)
    for _ in range(3):
        ingest.turn()
    assert sorted(name == "ingest-ahead" for name in threads) == [False, False, True, True, True]
    assert wait_until(lambda: len(told) == 5)
    assert told == [(name, True) for name in names], "in order, and none before its row is there"


@pytest.mark.usefixtures("small_batches")
def test_births_behind_a_batch_that_could_not_be_written_follow_it(world, ingest):
    say_born(world, ingest, 5)
    with busy(world):
        ingest.turn()
    for _ in range(2):
        ingest.turn()
    assert ingest.written == 5
    assert world.ask(get_node, NODE).session == 5
    turns = world.ask(lambda session: session.scalar(select(func.count()).select_from(StateTurn)))
    assert turns == 1, "of the first birth, which was left, and not of a later one"


@pytest.mark.usefixtures("small_batches")
def test_a_batch_that_was_judged_is_written_before_the_end(world, ingest):
    say_fetched(world, ingest, 4)
    ingest.turn()
    ingest.stop()
    ingest.start()  # its thread finds that it is to stop
    assert wait_until(lambda: ingest.written == 4)


@pytest.mark.usefixtures("small_batches")
def test_what_cannot_be_judged_in_a_batch_costs_no_other_message(world, ingest, monkeypatch):
    names = say_fetched(world, ingest, 4)
    judge = receipt_judging.receipt_id

    def fails(text):
        if judge(text) == names[2]:
            raise RuntimeError("a fault of ours")
        return judge(text)

    monkeypatch.setattr(receipt_judging, "receipt_id", fails)
    for _ in range(2):
        ingest.turn()
    kept = world.ask(lambda session: set(session.scalars(select(StoredReceipt.id))))
    assert kept == {names[0], names[1], names[3]}


def committed_receipts():
    (line,) = re.findall(rb'^loa_receipts_total{result="committed"} (\S+)', exposition([]), re.MULTILINE)
    return float(line)


def test_only_so_many_committed_receipts_are_remembered(world):
    known = CommittedReceipts(most=1)
    one, other = (world.said(NODE, world.fields("0-unknown-airing-0000", "fetched")) for _ in range(2))
    for said in (one, other):
        known.note([Committed(NODE, tuple(map(receipt_id, said.receipts)))])
    assert known.apart(one) == (None, one)
    assert known.apart(other) == (Committed(NODE, tuple(map(receipt_id, other.receipts))), None)


def test_what_is_too_much_costs_one_line_and_no_vitals(world, ingest, caplog, monkeypatch):
    monkeypatch.setattr("controller.runtime.ingest._QUEUE", 3)
    say_born(world, ingest, 10)
    vitals = Vitals(
        node=NODE,
        session=3,
        at=world.now,
        clock_offset_ms=0.0,
        clock_error_ms=0.5,
        volume=70,
        storage_free=2**30,
    )
    ingest.take(topics.VitalsTopic(NODE), vitals.payload())
    ingest.turn()
    ingest.turn()
    ingest.vitals.write(everything=True)
    assert world.ask(get_node, NODE).session == 3
    assert world.ask(get_node, NODE).clock_error_ms == 0.5
    told = [record.getMessage() for record in caplog.records if "dropped" in record.getMessage()]
    assert told == ["7 words of nodes dropped: 3 were waiting"]
