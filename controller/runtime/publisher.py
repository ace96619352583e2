"""Publishes to the broker what the database wants there; see docs/architecture.md (the signed plan)."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.journal.service import record
from controller.features.plans.queries import retained_state, unacknowledged
from controller.features.plans.service import (
    MOST_AT_ONCE,
    acknowledge,
    forget_acknowledgements,
    refresh_plans,
)
from controller.host.metrics import DOCUMENTS
from controller.model.base import ID_LENGTH
from controller.model.outgoing import Outgoing
from controller.runtime.due import AT_REST
from controller.runtime.retained import RetainedWatch
from controller.store import Store
from devices.ids import AreaCode
from devices.jose import SigningKey
from devices.link_api import AnyLink, LinkBusy, LinkDown, Pending

_LOG = logging.getLogger(__name__)

_ACKNOWLEDGED_WITHIN = 10.0  # seconds for all messages in flight; after that they count as refused
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds until a refused document is offered again
_MOST_REMEMBERED = 10_000  # documents whose last version is known; versions of two threads are close together
_TELL_EVERY = 600.0  # seconds between two journal entries about documents changed at the broker
_WHEN_BUSY = 0.2  # seconds until the next attempt on a link whose window is full
_WINDOW = 64  # retained messages in flight: a province has about 200


@dataclass(slots=True)
class _Refusal:
    why: str
    pause: float
    again_at: float


@dataclass
class Publisher:
    """Compares wanted with published, signs the difference, sends it, and notes what the broker accepted.

    A new document is committed before it is sent, and noted as published after the broker's acknowledgement.
    After a failure in between, the next run or the next start sends it again, unchanged. What the broker
    refuses is logged once and offered again after growing pauses.
    """

    store: Store
    link: AnyLink
    key: SigningKey
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic
    may_publish: Callable[[], bool] = lambda: True
    _turn: threading.Lock = field(default_factory=threading.Lock)  # held while handing to the link
    _newest: dict[int, int] = field(default_factory=dict)  # by document: the version last handed over
    _hurried: dict[tuple[int, int], tuple[Pending, float]] = field(default_factory=dict)  # urgent, in flight
    _all_again: threading.Event = field(default_factory=threading.Event)
    _refusals: dict[tuple[int, int], _Refusal] = field(default_factory=dict)  # by document and version
    watch: RetainedWatch = field(init=False)
    _tell_at: float = 0.0
    _built_of: tuple[int, str] | None = None  # decisions and key that the plans follow
    _build_again_at: float = 0.0

    def __post_init__(self) -> None:
        self.watch = RetainedWatch(self.clock)

    def connected(self) -> None:
        """Note that the broker may have lost everything; cheap, for the link's own thread."""
        self.watch.connected()
        self._hurried.clear()
        self._all_again.set()

    def renew(self) -> None:
        """After a connect, publish again what was accepted before; nodes then report what was missed.

        If the broker or the database fails meanwhile, the next run starts it again.
        """
        if not self.link.is_up or not self._all_again.is_set():
            return
        with contextlib.ExitStack() as unless_done:
            unless_done.callback(self._all_again.set)
            self._all_again.clear()
            self._refusals.clear()
            with self.store.read() as session:
                waiting = {document.published_id for document in unacknowledged(session)}
                taken = [one for one in retained_state(session) if one.published_id not in waiting]
            try:
                left = self._send(taken)
            except LinkDown:
                _LOG.warning("the broker connection was lost while retained documents were published again")
                return
            if left and self._stands():  # later runs offer it again, like new documents
                with self.store.write() as session:
                    forget_acknowledgements(session, [one.published_id for one in left])
            unless_done.pop_all()

    def sign(self, session: Session, areas: Collection[AreaCode]) -> list[Outgoing]:
        """Sign what is new in these areas' plans, in the transaction that changed them."""
        return refresh_plans(session, station_key=self.key, now=self.now(), only=areas)

    def publish_now(self, outgoing: Iterable[Outgoing]) -> bool:
        """Hand over at once what was signed and committed, in the thread of the urgent caller.

        Does not wait for the acknowledgement: later runs note it, or send again what was not accepted.
        Returns whether there was something, and all of it was handed over.
        """
        if not self.may_publish():
            return False  # another station may hold the database: a later run sends it when that is excluded
        until, is_handed = self.clock() + _ACKNOWLEDGED_WITHIN, False
        for document in outgoing:
            try:
                pending = self._publish(document)
            except LinkDown:
                return False  # a later run sends it when the broker is back
            if pending is not None:
                self._hurried[document.published_id, document.version] = (pending, until)
            is_handed = True
        return is_handed

    def put_back(self) -> int:
        """Repair documents that somebody else changed or deleted at the broker; return how many."""
        changed = self.watch.to_put_back() if self.link.is_up and not self._all_again.is_set() else []
        if not changed:
            return 0
        with self.store.read() as session:
            held = {one.topic: one for one in retained_state(session)}
        try:
            left = self._send([held[topic] for topic in changed if topic in held])
            for topic in set(changed) - held.keys():  # it was withdrawn, and somebody published it again
                self.watch.handed(topic, b"")
                self.link.publish(topic, b"", 1, retain=True)
        except LinkDown:
            return 0  # everything is published again at the next connect
        if left and self._stands():
            with self.store.write() as session:
                forget_acknowledgements(session, [one.published_id for one in left])
        _LOG.error(
            "somebody else changed %d documents at the broker (%s): they were put back. "
            "Who has the station's password there?",
            len(changed),
            changed[0],
        )
        self._tell_put_back(changed)
        return len(changed) - len(left)

    def _tell_put_back(self, changed: list[str]) -> None:
        now = self.clock()
        if now < self._tell_at:
            return
        self._tell_at = now + _TELL_EVERY
        with self.store.write() as session:
            detail = {"documents": len(changed), "first": changed[0]}
            record(session, None, "broker.put-back", changed[0][:ID_LENGTH], self.now(), detail=detail)

    def beat(self) -> None:
        """Sign what is wanted and new, and send what the broker has not accepted yet."""
        self._refresh()
        if not self.link.is_up:
            return
        with self.store.read() as session:
            waiting = [one for one in unacknowledged(session) if not self._is_on_its_way(one)]
        self._forget_refusals_but(waiting)
        try:
            self._send([document for document in waiting if self._may_offer(document)])
        except LinkDown:
            _LOG.warning("the broker connection was lost while plans were sent; sent when it is back")

    def _refresh(self) -> None:
        """Build the plans where a decision, a new key or `AT_REST` seconds may have changed them.

        While airings begin this is called twice a second, and of 100 airings in a plan it takes 12 ms.
        """
        follows = (self.store.plan_decisions, self.key.kid)
        is_due = follows != self._built_of or self.clock() >= self._build_again_at
        if not is_due and not self._hurried:
            return
        with self.store.write() as session:
            self._note_hurried(session)
            issued = refresh_plans(session, station_key=self.key, now=self.now()) if is_due else []
        if is_due:
            is_all = len(issued) < MOST_AT_ONCE
            self._built_of, self._build_again_at = follows if is_all else None, self.clock() + AT_REST

    def _send(self, outgoing: list[Outgoing]) -> list[Outgoing]:
        """Send, one window at a time; return what the broker did not accept."""
        left: list[Outgoing] = []
        for at in range(0, len(outgoing), _WINDOW):
            pending: list[tuple[Outgoing, Pending]] = []
            try:
                for document in outgoing[at : at + _WINDOW]:
                    sent = self._publish(document)
                    if sent is not None:
                        pending.append((document, sent))
            finally:
                left += self._note_taken(pending)
        return left

    def _note_taken(self, pending: list[tuple[Outgoing, Pending]]) -> list[Outgoing]:
        """Wait for acknowledgements; note what was accepted, and return what was not."""
        until = time.monotonic() + _ACKNOWLEDGED_WITHIN
        taken, left = [], []
        for document, sent in pending:
            if sent.wait(max(0.0, until - time.monotonic())):
                taken.append(document)
                DOCUMENTS.labels("taken").inc()
            else:
                left.append(document)
                why = sent.failure or f"no answer in {_ACKNOWLEDGED_WITHIN:.0f} s"
                if self._stands():
                    self._note_refusal(document, why)
        if taken:
            with self.store.write() as session:
                for document in taken:
                    acknowledge(session, document.published_id, version=document.version, now=self.now())
        return left

    def _stands(self) -> bool:
        """Return whether the connection is still the same as when sending: otherwise nothing was refused."""
        return self.link.is_up and not self._all_again.is_set()

    def _note_refusal(self, document: Outgoing, why: str) -> None:
        key = (document.published_id, document.version)
        earlier = self._refusals.get(key)
        if earlier is None or earlier.why != why:
            _LOG.error("the broker did not take %s: %s", document.topic, why)
        DOCUMENTS.labels("refused").inc()
        pause = _FIRST_PAUSE if earlier is None else min(earlier.pause * 2, _LONGEST_PAUSE)
        self._refusals[key] = _Refusal(why, pause, self.clock() + pause)

    def _may_offer(self, document: Outgoing) -> bool:
        refusal = self._refusals.get((document.published_id, document.version))
        return refusal is None or self.clock() >= refusal.again_at

    def _forget_refusals_but(self, waiting: list[Outgoing]) -> None:
        open_ = {(document.published_id, document.version) for document in waiting}
        self._refusals = {key: refusal for key, refusal in self._refusals.items() if key in open_}

    def _note_hurried(self, session: Session) -> None:
        """Note which urgent documents were accepted; the others are sent like normal ones after the limit."""
        for key, (pending, until) in list(self._hurried.items()):
            published_id, version = key
            if pending.outcome:
                acknowledge(session, published_id, version=version, now=self.now())
                DOCUMENTS.labels("taken").inc()
            if pending.outcome is not None or self.clock() >= until:
                self._hurried.pop(key, None)

    def _is_on_its_way(self, document: Outgoing) -> bool:
        return (document.published_id, document.version) in self._hurried

    def _publish(self, document: Outgoing) -> Pending | None:
        """Hand a document to the link; None: a newer version was already handed over and must stay last."""
        for is_last_try in (False, True):
            with self._turn:
                if self._newest.get(document.published_id, 0) > document.version:
                    return None
                try:
                    self.watch.handed(document.topic, document.payload)  # before the broker sends it back
                    sent = self.link.publish(document.topic, document.payload, 1, retain=True)
                except LinkBusy:
                    if is_last_try:
                        raise
                else:
                    if len(self._newest) > _MOST_REMEMBERED:
                        self._newest.clear()
                    self._newest[document.published_id] = document.version
                    return sent
            threading.Event().wait(_WHEN_BUSY)
        return None
