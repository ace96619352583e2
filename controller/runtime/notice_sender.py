"""Sends the outbox of notices: claims what is due, sends it in lanes beside each other, notes how it went.

Nothing here reaches the plans or the broker: a notice can make no loudspeaker speak.
docs/decisions/124-notices-leave-by-an-outbox.md says what a kill at any instant leaves.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from controller.errors import LoaError
from controller.features.notices.announcements import (
    claim_told,
    next_told,
    note_told,
    note_untold,
    recover_told,
    spread,
)
from controller.features.notices.outbox import SendLane, claim, next_due, note_failed, note_sent, recover
from controller.host.addressed import AddressedWay
from controller.host.metrics import NOTICES
from controller.host.web_push import PushWay
from controller.host.webhooks import WebhookWay
from controller.model.notice_ways import Letter, MessageId, NotSent, WayId, WayKind
from controller.settings import Settings
from controller.store import Session, Store
from controller.store.engine import JournalSigner

_LOG = logging.getLogger(__name__)

_WORKERS: Final = {
    SendLane.URGENT: 6,
    SendLane.ORDINARY: 2,
    SendLane.WEBHOOK: 2,
    SendLane.EMERGENCY: 12,  # a push takes some 100 ms, nearly all of it waiting: thousands in a minute
    SendLane.PUBLIC: 2,
}
_LOOK_EVERY: Final = 5.0  # seconds: commands write to the database of a running station, and wake nobody
_AFTER_FAULT: Final = 1.0  # seconds until the database is asked again after it failed
_LEAST: Final = 0.05  # seconds between two looks
_STOP_WAIT: Final = 6.0  # seconds for what is being sent; what takes longer goes out once more at the start
_Done = tuple[Letter, NotSent | None]


class WayOut(Protocol):
    """One way out, such as mail."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Send one message; raise NotSent unless it was taken. Bounded in time."""


class NoWayOut:
    """The only way of a practice station: whatever is to be sent is refused for good."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Raise NotSent."""
        del letter, now
        raise NotSent("Đài tập dượt không gửi gì ra ngoài.", final=True)


def ways_by(settings: Settings, signer: JournalSigner) -> dict[WayKind, WayOut]:
    """Return every way, as the settings have it; a practice station has none."""
    if settings.is_practice:
        return dict.fromkeys(WayKind, NoWayOut())
    link = (settings.address or f"http://{settings.host}:{settings.port}").rstrip("/")
    contact = link if link.startswith("https:") else _NO_CONTACT
    return {
        WayKind.PUSH: PushWay(signer, settings.push_hosts, contact),
        WayKind.MAIL: AddressedWay(settings.notice_mail, link),
        WayKind.SMS: AddressedWay(settings.notice_sms, link),
        WayKind.CHAT: AddressedWay(settings.notice_chat, link),
        WayKind.WEBHOOK: WebhookWay(signer, link),
    }


def notice_sender(
    store: Store, settings: Settings, now: Callable[[], datetime], may_send: Callable[[], bool]
) -> "NoticeSender":
    """Return the sender of a store that was opened with the station's key."""
    if store.signer is None:
        raise RuntimeError("this store was opened without the station's key")
    made = NoticeSender(store, ways_by(settings, store.signer), now, may_send)
    store.on_commit(made.decided)
    return made


_NO_CONTACT: Final = "mailto:loa@localhost.localdomain"
"""For a push service where the station has no address; browsers then allow no push but on this machine."""


@dataclass
class NoticeSender:
    """One thread that asks the database, and a few that wait for receivers."""

    store: Store
    ways: Mapping[WayKind, WayOut]
    now: Callable[[], datetime]
    may_send: Callable[[], bool]
    """Whether this station alone has the database."""
    _news: threading.Event = field(default_factory=threading.Event)
    _done: deque[_Done] = field(default_factory=deque)
    """What came back and is not written down yet; workers append, the thread alone takes away."""
    _flying: dict[MessageId, tuple[SendLane, Letter]] = field(default_factory=dict)
    _pools: dict[SendLane, ThreadPoolExecutor] = field(default_factory=dict)
    _seen: int = -1
    _stopping: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what was being sent when the station was killed is sent again, with the same id."""
        self._pools = {
            lane: ThreadPoolExecutor(workers, thread_name_prefix=f"notices-{lane}")
            for lane, workers in _WORKERS.items()
        }
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End once what is being sent is through, or after `_STOP_WAIT` seconds."""
        self._stopping = True
        self._news.set()
        if self._thread is not None:
            self._thread.join(_STOP_WAIT + 1)
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Look at once; cheap, from any thread."""
        self._news.set()

    def decided(self) -> None:
        """Look at once if something was decided since the last look: not after each report of nodes."""
        if self.store.decisions != self._seen:
            self._news.set()

    def _run(self) -> None:
        is_recovered, patience = False, 0.0
        while not self._stopping:
            self._news.wait(patience)
            self._news.clear()
            try:
                if not self.may_send():
                    patience = _LOOK_EVERY
                    continue
                if not is_recovered:
                    with self.store.write(decides=False) as session:
                        recover(session, self.now())
                        recover_told(session, self.now())
                    is_recovered = True
                patience = self._look()
            except LoaError as error:  # the database is busy or away: the messages stay
                _LOG.warning("notices wait: %s", error.code)
                patience = _AFTER_FAULT
            except Exception:  # noqa: BLE001 - an alarm must go out though one row cannot be read
                _LOG.exception("notices wait")
                patience = _AFTER_FAULT
        self._finish()

    def _look(self) -> float:
        """Note what was sent, claim and send what is due; return the seconds until the next look."""
        self._seen = self.store.decisions
        due, now = self._next_due(), self.now()
        if self._done or (due is not None and due <= now):
            if not self._turn():
                return _AFTER_FAULT  # all that is due waits for a worker, who reports first
            due, now = self._next_due(), self.now()
        if due is None:
            return _LOOK_EVERY
        return min(max((due - now).total_seconds(), _LEAST), _LOOK_EVERY)

    def _next_due(self) -> datetime | None:
        dues = next_due(self.store), next_told(self.store)
        return min((one for one in dues if one is not None), default=None)

    def _turn(self) -> bool:
        """Write down what came back and claim more; return whether there was anything of it."""
        done, now = self._all_done(), self.now()
        with self.store.write(urgent=True, decides=False) as session:
            _note(session, done, now)
            over = {letter.id for letter, _ in done}
            busy = {letter.way for _, letter in self._flying.values() if letter.id not in over}
            free = {lane: self._free(lane, over) for lane in SendLane}
            spread(session, now)
            found = {lane: _claim(session, lane, free[lane], busy, now) for lane in _FOR_PERSONS}
            urgent = _claim(session, SendLane.EMERGENCY, free[SendLane.EMERGENCY], busy, now)
            is_quiet = not urgent and free[SendLane.EMERGENCY] == _WORKERS[SendLane.EMERGENCY]
            usual = _claim(session, SendLane.PUBLIC, free[SendLane.PUBLIC], busy, now) if is_quiet else []
            found |= {SendLane.EMERGENCY: urgent, SendLane.PUBLIC: usual}
        for letter, _ in done:  # committed: before that it stays in `_done`, and is noted at the next turn
            self._done.popleft()
            self._flying.pop(letter.id, None)
        for lane, letters in found.items():
            for letter in letters:
                self._flying[letter.id] = lane, letter
                self._pools[lane].submit(self._send, letter)
        return bool(done) or any(found.values())

    def _all_done(self) -> list[_Done]:
        return [self._done[number] for number in range(len(self._done))]  # workers append meanwhile

    def _free(self, lane: SendLane, over: set[MessageId]) -> int:
        flying = sum(one is lane for one, letter in self._flying.values() if letter.id not in over)
        return _WORKERS[lane] - flying

    def _send(self, letter: Letter) -> None:
        failed: NotSent | None = None
        try:
            self.ways[letter.to].send(letter, self.now())
        except NotSent as error:
            failed = error
        except Exception as error:  # noqa: BLE001 - a library's own fault is one of this message alone
            _LOG.exception("the way %s failed at notice %s", letter.to, letter.id)
            failed = NotSent(f"Lỗi khi gửi ({type(error).__name__}).")
        NOTICES.labels(letter.to, "sent" if failed is None else "failed").inc()
        self._done.append((letter, failed))
        self._news.set()

    def _finish(self) -> None:
        """Note what is being sent and comes back soon."""
        for _ in range(int(_STOP_WAIT / _LEAST)):
            if len(self._flying) <= len(self._done):
                break
            self._news.wait(_LEAST)
            self._news.clear()
        try:
            with self.store.write(decides=False) as session:
                _note(session, self._all_done(), self.now())
        except LoaError as error:
            _LOG.warning("how notices went is not noted: %s", error.code)


_FOR_PERSONS: Final = (SendLane.URGENT, SendLane.ORDINARY, SendLane.WEBHOOK)


def _claim(
    session: Session, lane: SendLane, most: int, busy: Collection[WayId], now: datetime
) -> list[Letter]:
    if lane in _FOR_PERSONS:
        return claim(session, lane, most=most, busy=busy, now=now)
    return claim_told(session, urgent=lane is SendLane.EMERGENCY, most=most, busy=busy, now=now)


def _note(session: Session, done: list[_Done], now: datetime) -> None:
    for letter, failed in done:
        if letter.is_public:
            if failed is None:
                note_told(session, letter)
            else:
                note_untold(session, letter, failed, now=now)
        elif failed is None:
            note_sent(session, letter, now=now)
        else:
            note_failed(session, letter, failed, now=now)
