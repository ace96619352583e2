"""Writes messages of nodes to the database, then acknowledges them; see docs/architecture.md."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from controller.errors import Busy, Unavailable
from controller.features.fleet.rate_notices import note_floods
from controller.features.fleet.service import note_states
from controller.host.metrics import MESSAGES_WAITING, RECEIPT_WAIT_SECONDS, RECEIPTS
from controller.runtime.budgets import Budgets
from controller.runtime.committed_receipts import CommittedReceipts
from controller.runtime.drops import TELL_EVERY, Drops
from controller.runtime.give_way import GIVE_WAY_S, GiveWay
from controller.runtime.receipt_ingestion import Committed, fold_receipts
from controller.runtime.receipt_judging import JudgedReceipts, judge, node_keys, refusals
from controller.runtime.vitals_batch import VitalsWriter
from controller.store import Store
from devices import topics
from devices.ids import NodeId
from devices.jose import SigningKey
from devices.link_api import AnyLink, LinkDown
from devices.messages import MOST_RECEIPTS, NodeState, Receipts, ReceiptsCommitted, Vitals
from devices.signing import sign
from devices.wire_types import Malformed, parse

_LOG = logging.getLogger(__name__)

M = TypeVar("M", NodeState, Vitals, Receipts)

_QUEUE = 20_000  # messages: four times what 5,000 nodes send at once; as many vitals in addition
_BATCH = 1_000  # messages in one transaction: 1,000 receipts take about 80 ms of processor time
_AHEAD = 250  # messages that wait: from so many on, the next batch is judged while one is written
_TOGETHER = 100  # answers that are signed before any is sent: each signature gives the interpreter away
_WAKE = 0.5  # seconds between checks of the stop flag
_BREATH = 1.0  # seconds of pause after a database error; messages stay in the queue
_GATHER = 0.2  # seconds that the oldest waits for a full batch: a transaction costs as much as fifty messages


@dataclass(frozen=True, slots=True)
class _Word:
    """One message of a node, as received."""

    topic: topics.Topic
    payload: bytes
    retained: bool
    at: float  # of its arrival, by the monotonic clock


@dataclass(frozen=True, slots=True)
class _Read:
    """A batch as it is written: births and deaths, judged receipts, and answers to what is committed."""

    states: list[tuple[bool, NodeState]]
    judged: list[JudgedReceipts]
    again: list[Committed]


@dataclass(frozen=True, slots=True)
class _Batch:
    words: list[_Word]
    read: Callable[[], _Read]


@dataclass
class Ingest:
    """One thread that writes births, deaths, vitals and receipts in batches.

    While more wait than one batch, another thread checks the signatures of the next: libsodium does not hold
    the interpreter, nor does a database that writes. It lives for one batch, so at rest there is none.
    """

    store: Store
    link: AnyLink
    key: SigningKey
    now: Callable[[], datetime]
    budgets: Budgets = field(default_factory=lambda: Budgets(time.monotonic))
    way: GiveWay = field(default_factory=GiveWay)  # after a call, what was heard by others can wait
    arrived: int = 0  # messages of nodes since the start, without vitals: these decide nothing
    written: int = 0  # messages that were processed, with whatever result
    _states_left: list[_Word] = field(default_factory=list)  # not written while the database was unavailable
    _ahead: _Batch | None = None  # being read by another thread
    _inbox: "deque[_Word]" = field(default_factory=deque)  # without vitals
    _receipts_waiting: set[tuple[NodeId, bytes]] = field(default_factory=set)  # in the inbox or the batch
    _vitals_inbox: "deque[tuple[NodeId, bytes]]" = field(default_factory=deque)
    _drops: Drops = field(default_factory=lambda: Drops(_LOG, "words of nodes"))
    _come: threading.Event = field(default_factory=threading.Event)  # set while the inbox is not empty
    _many: threading.Event = field(default_factory=threading.Event)  # set while the inbox holds a full batch
    _tell_at: float = 0.0
    _patience_s: float = GIVE_WAY_S  # for which the present batch may still wait for calls
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.vitals = VitalsWriter(self.store)
        self._committed = CommittedReceipts()

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current batch; nodes repeat what is still queued."""
        self._stopping.set()
        self._come.set()
        self._many.set()
        if self._thread is not None:
            self._thread.join(10)

    def take(self, topic: topics.Topic, payload: bytes, *, retained: bool = False) -> None:
        """Queue a message; when the queue is full it is dropped, and the node repeats receipts.

        The node's rate limit was checked before (`budgets`). `retained`: the broker had stored the message,
        so it may be old. Call from one thread only: the link's. A repeat of receipts that still wait is
        dropped: the answer to the first is one to both, and under load repeats would be most of the work.
        """
        node = topic.node if isinstance(topic, topics.VitalsTopic) else None
        if isinstance(topic, topics.ReceiptTopic) and (topic.node, payload) in self._receipts_waiting:
            return
        if len(self._inbox if node is None else self._vitals_inbox) >= _QUEUE:
            self._drops.add()
            return
        if node is None:
            self.arrived += 1
            if isinstance(topic, topics.ReceiptTopic):
                self._receipts_waiting.add((topic.node, payload))
            self._inbox.append(_Word(topic, payload, retained, time.monotonic()))
        else:
            self._vitals_inbox.append((node, payload))
        if not self._come.is_set():
            self._come.set()
        if len(self._inbox) == _BATCH:
            self._many.set()

    def _run(self) -> None:
        while self._ahead is not None or not self._stopping.is_set():
            self.turn()
            self._write_vitals()
        self._take_vitals()
        self._write_vitals(everything=True)

    def turn(self) -> None:
        """Wait a limited time for a batch, write and acknowledge it; vitals have their own interval."""
        if self._ahead is None:
            self._come.wait(_WAKE)
        self._patience_s = GIVE_WAY_S
        self._give_way()  # what a call made come while this waited for it waits, too
        batch = self._ahead or self._batch(self._next_words())
        is_behind = len(self._inbox) >= _AHEAD and not self._stopping.is_set()
        self._ahead = _read_meanwhile(self._batch(self._popped())) if is_behind else None
        self._take_vitals()
        self._drops.tell(_QUEUE)
        self._tell_of_floods()
        if batch.words or self._states_left:
            self._take_in(batch)
            self._receipts_waiting.difference_update(
                (word.topic.node, word.payload)
                for word in batch.words
                if isinstance(word.topic, topics.ReceiptTopic)
            )
            self.written += len(batch.words)
        MESSAGES_WAITING.set(len(self._inbox))

    def _give_way(self) -> None:
        """Wait for a call that goes out; never within a transaction.

        However often is called, a batch waits for a second at most, all its waits together.
        """
        wait_s = min(self.way.left_s, self._patience_s)
        self._patience_s -= wait_s
        self._stopping.wait(wait_s)

    def _take_vitals(self) -> None:
        """Move all waiting vitals to their writer: that is cheap, and writing receipts may take longer."""
        now = self.now()
        for _ in range(len(self._vitals_inbox)):
            node, payload = self._vitals_inbox.popleft()
            try:
                self.vitals.take(_own(parse(Vitals, payload), node), now)
            except Malformed as error:
                _LOG.warning("vitals of %s refused: %s", node, error)

    def _write_vitals(self, *, everything: bool = False) -> None:
        try:
            self.vitals.write(everything=everything, receipts_wait=self._ahead is not None)
        except (Busy, Unavailable) as error:
            _LOG.error("vitals of nodes could not be written now (%s)", error.code)
            self._stopping.wait(_BREATH)

    def _take_in(self, batch: _Batch) -> None:
        left, self._states_left = self._states_left, []
        words = [*left, *batch.words]
        try:
            committed = self._write(batch.read, left)
        except (Busy, Unavailable) as error:
            if batch.words:
                _LOG.error("%d words of nodes could not be written now (%s)", len(words), error.code)
            self._put_off(words)
        except Exception:  # noqa: BLE001 - an invalid message of one node must not stop the ingest thread
            _LOG.exception("a batch of %d could not be written; each is tried alone", len(words))
            self._write_one_by_one(words)
        else:
            if words:
                RECEIPT_WAIT_SECONDS.observe(time.monotonic() - words[0].at)
            self._acknowledge(committed)

    def _tell_of_floods(self) -> None:
        """Report nodes whose messages were dropped to the technician; one write for several seconds."""
        if time.monotonic() < self._tell_at:
            return
        self._tell_at = time.monotonic() + TELL_EVERY
        dropped = self.budgets.dropped()
        if not dropped:
            return
        try:
            with self.store.write() as session:
                told = note_floods(session, dropped, now=self.now())
        except (Busy, Unavailable):
            return  # reported again if it continues
        for node in told:
            _LOG.warning("node %s exceeds its budget: %d messages were dropped", node, dropped[node])

    def _put_off(self, batch: list[_Word]) -> None:
        """Keep births and deaths for later: nodes repeat receipts and vitals, but send these only once."""
        self._states_left = [word for word in batch if isinstance(word.topic, topics.StateTopic)][-_QUEUE:]
        self._stopping.wait(_BREATH)

    def _next_words(self) -> list[_Word]:
        """Return the oldest messages, at most a batch; waits for more of them while the oldest is new."""
        if not self._come.is_set():
            return []
        now = time.monotonic()
        came_at = self._inbox[0].at if self._inbox else now  # vitals alone came
        self._many.wait(max(0.0, came_at + _GATHER - now))
        return self._popped()

    def _popped(self) -> list[_Word]:
        self._many.clear()
        self._come.clear()
        words = [self._inbox.popleft() for _ in range(min(_BATCH, len(self._inbox)))]
        left = len(self._inbox)
        if left:
            self._come.set()
        if left >= _BATCH:
            self._many.set()
        return words

    def _batch(self, words: list[_Word]) -> _Batch:
        return _Batch(words, partial(self._read, words))

    def _write_one_by_one(self, batch: list[_Word]) -> None:
        for at, one in enumerate(batch):
            if self._stopping.is_set():
                return
            try:
                self._acknowledge(self._write(partial(self._read, [one])))
            except (Busy, Unavailable) as error:
                _LOG.error("%d words of nodes could not be written now (%s)", len(batch) - at, error.code)
                self._put_off(batch[at:])
                return
            except Exception:  # noqa: BLE001 - an invalid message must not block the others
                _LOG.exception("a message on %s could not be written", one.topic)

    def _read(self, words: Iterable[_Word]) -> _Read:
        """Parse messages and judge receipts; may run in another thread than the one that writes."""
        receipts: list[Receipts] = []
        states: list[tuple[bool, NodeState]] = []
        for word in words:
            try:
                match word.topic:
                    case topics.StateTopic(node):
                        states.append((word.retained, _own(parse(NodeState, word.payload), node)))
                    case topics.ReceiptTopic(node):
                        receipts.append(_own(parse(Receipts, word.payload), node))
                    case _:
                        _LOG.warning("unexpected topic %s", word.topic)
            except Malformed as error:
                _LOG.warning("%s refused: %s", word.topic, error)
        parts = [self._committed.apart(told) for told in receipts]
        again = [answer for answer, _ in parts if answer is not None]
        receipts = [left for _, left in parts if left is not None]
        return _Read(states, self._judge(receipts) if receipts else [], again)

    def _write(self, read: Callable[[], _Read], left: Iterable[_Word] = ()) -> list[Committed]:
        """Write a batch in one transaction, after births and deaths that are `left` of an earlier one.

        Return, by node, the receipts that are now committed.
        """
        told, now = read(), self.now()
        states = [*self._read(left).states, *told.states]
        if not states and not told.judged:
            return told.again
        self._give_way()  # judging a batch takes as long as writing it
        with self.store.write(is_report=True) as session:
            for retained, group in groupby(states, key=itemgetter(0)):  # in order of arrival
                note_states(session, [state for _, state in group], now=now, retained=retained)
            committed = fold_receipts(session, told.judged, now=now)
        self._committed.note(committed)
        RECEIPTS.labels("committed").inc(sum(len(one.ids) for one in committed))
        RECEIPTS.labels("refused").inc(sum(len(one.refused) for one in committed))
        return [*told.again, *committed]

    def _judge(self, receipts: list[Receipts]) -> list[JudgedReceipts]:
        """Check signatures before anything is locked: of 1,000 receipts that takes some 150 ms."""
        with self.store.read() as session:
            keys = node_keys(session, {told.node for told in receipts})
        judged = judge(receipts, keys)
        for (node, code), count in refusals(judged).items():
            _LOG.warning("%d receipts of %s refused: %s", count, node, code)
        return judged

    def _acknowledge(self, committed: list[Committed]) -> None:
        for at in range(0, len(committed), _TOGETHER):
            self._give_way()
            answers = [answer for one in committed[at : at + _TOGETHER] for answer in self._answers(one)]
            try:
                for node, signed in answers:
                    self.link.publish(topics.receipt_committed(node), signed, qos=0, retain=False)
            except LinkDown:
                return  # the nodes repeat what was not acknowledged

    def _answers(self, one: Committed) -> Iterator[tuple[NodeId, bytes]]:
        """Yield the signed answers to one node, and charge it for its receipts."""
        self.budgets.committed(one.node, len(one.ids))
        for at in range(0, max(len(one.ids), len(one.refused)), MOST_RECEIPTS):
            part = slice(at, at + MOST_RECEIPTS)
            said = ReceiptsCommitted(node=one.node, ids=one.ids[part], refused=one.refused[part])
            yield one.node, sign(said, self.key).encode()


def _read_meanwhile(batch: _Batch) -> _Batch:
    """Begin to read a batch in a thread of its own; return it with the outcome, which is waited for."""
    outcome: Future[_Read] = Future()

    def read() -> None:
        try:
            outcome.set_result(batch.read())
        except Exception as error:  # noqa: BLE001 - whoever writes the batch gets it
            outcome.set_exception(error)

    threading.Thread(target=read, name="ingest-ahead", daemon=True).start()
    return _Batch(batch.words, outcome.result)


def _own(said: M, node: NodeId) -> M:
    """Reject messages whose sender differs from the node in the topic."""
    if said.node != node:
        raise Malformed(f"{node} speaks for {said.node}")
    return said
