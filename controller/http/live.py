"""One stream per page: wait for changes, render again, send changed pieces; see docs/architecture.md.

State is sent, not events: a browser that connects late or again gets every piece. Viewers of one page
share one rendering, so that 50 viewers cost as much as one.
"""

import asyncio
import hashlib
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from controller.errors import TooManyTries
from controller.http.station import ChangeCounter

HEARTBEAT = 15.0
"""Seconds after which a page hears from us even when nothing changed; its banner waits a little longer."""
LEAST_GAP = 0.25
"""Seconds between two messages of a stream: four a second are as live as an eye can follow."""
REST = 9
"""A page rests so many times as long as it took to render: a viewer takes a tenth of a processor at
most, however many loudspeakers it counts."""
LONGEST_GAP = 3.0
"""Seconds: a page on a busy machine is live nevertheless."""
_LOOK = 0.5
"""Seconds between two looks at the sign to stop."""
_MOST_BOARDS = 256
"""Pages remembered; the one that nobody looked at longest is forgotten."""

MOST_OF_ONE = 100
"""Streams of one person: each open page holds a connection, and a browser opens no more by itself."""
MOST_STREAMS = 5_000
"""Streams of all: some 100 MB, and far below the file descriptors that a process may have."""

# texts that only the page's clock changes are not compared
_TICKING = re.compile(
    r"(<(?:span|time)[^>]* data-(?:since|until|ago)=[^>]*>)[^<]*|(<progress data-since[^>]*?) value=\"\d+\""
)


@dataclass(frozen=True, slots=True)
class PageElement:
    """One element of a page by its id."""

    id: str
    html: str

    @property
    def digest(self) -> bytes:
        """Digest of the piece's content without running clocks."""
        return hashlib.blake2b(_TICKING.sub(r"\1\2", self.html).encode(), digest_size=8).digest()


Render = Callable[[], Sequence[PageElement]]


@dataclass(slots=True)
class _Board:
    number: int
    beat: int
    pieces: "asyncio.Task[tuple[Sequence[PageElement], float]]"


@dataclass(slots=True)
class Live:
    """Wakes the streams of a site; its watcher thread runs only while there are viewers."""

    changes: ChangeCounter
    _number: int = 0
    _viewers: Counter[str] = field(default_factory=Counter)
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watching: bool = False
    _boards: "OrderedDict[object, _Board]" = field(default_factory=OrderedDict)

    def close(self) -> None:
        """End every stream at once and accept no more; safe from any thread, and to repeat."""
        self._closing.set()
        self._wake(self._number)

    def check_room(self, who: str) -> None:
        """Raise TooManyTries if one person, or all people together, have too many streams open."""
        with self._lock:
            if self._viewers[who] >= MOST_OF_ONE or self._viewers.total() >= MOST_STREAMS:
                raise TooManyTries(
                    "Đang mở quá nhiều trang cùng lúc. Hãy đóng bớt rồi tải lại trang.",
                    retry_after=int(HEARTBEAT),
                    code="live.full",
                )

    def _arrive(self, who: str) -> None:
        """Count a viewer; the first one starts the watcher."""
        with self._lock:
            self._viewers[who] += 1
            if self._watching:
                return
            self._watching = True
        self._loop = asyncio.get_running_loop()
        self._number = self.changes.number
        threading.Thread(target=self._watch, args=(self._number,), name="live pages", daemon=True).start()

    def _leave(self, who: str) -> None:
        with self._lock:
            self._viewers[who] -= 1
            self._viewers += Counter()  # removes people who have no stream left

    def _is_watched(self) -> bool:
        """Whether to go on watching; the lock prevents a new viewer while the watcher ends."""
        with self._lock:
            self._watching = self._viewers.total() > 0 and not self._closing.is_set()
            return self._watching

    def _watch(self, number: int) -> None:
        while self._is_watched():
            latest = self.changes.wait(number, _LOOK)
            if latest != number:
                number = latest
                self._wake(number)

    def _wake(self, number: int) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, number)

    def _ring(self, number: int) -> None:
        self._number = max(self._number, number)
        self._rung.set()
        self._rung = asyncio.Event()

    async def _wait(self, after: int, seconds: float) -> None:
        if self._number != after or self._closing.is_set():
            return
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return

    async def _pieces(self, key: object, beat: int, render: Render) -> tuple[Sequence[PageElement], float]:
        """Return the page's pieces, no older than now, and their cost in CPU seconds; viewers share them."""
        board = self._boards.get(key)
        if board is None or (board.number, board.beat) != (self._number, beat):
            task = asyncio.create_task(run_in_threadpool(_timed, render))
            board = self._boards[key] = _Board(self._number, beat, task)
        self._boards.move_to_end(key)
        while len(self._boards) > _MOST_BOARDS:
            self._boards.popitem(last=False)
        return await asyncio.shield(board.pieces)

    async def messages(
        self, key: object, render: Render, is_welcome: Callable[[], bool], who: str = ""
    ) -> AsyncIterator[bytes]:
        """Yield messages until the site closes or the viewer's session ends."""
        self._arrive(who)
        try:
            async for message in self._changed_pieces(key, render, is_welcome):
                yield message
        finally:
            self._leave(who)

    async def _changed_pieces(
        self, key: object, render: Render, is_welcome: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        sent: dict[str, bytes] = {}
        while not self._closing.is_set():
            number, beat = self._number, int(loop.time() // HEARTBEAT)
            pieces, took = await self._pieces(key, beat, render)
            news = [piece for piece in pieces if sent.get(piece.id) != piece.digest]
            if news:
                sent |= {piece.id: piece.digest for piece in news}
                yield format_sse_event(data_str="\n".join(_partial(piece) for piece in news))
            else:
                yield format_sse_event(event="nhip", data_str="")
            await asyncio.sleep(min(max(LEAST_GAP, REST * took), LONGEST_GAP))
            await self._wait(number, (beat + 1) * HEARTBEAT - loop.time() + 0.01)
            if int(loop.time() // HEARTBEAT) != beat and not await run_in_threadpool(is_welcome):
                return


def _timed(render: Render) -> tuple[Sequence[PageElement], float]:
    began = time.thread_time()
    return render(), time.thread_time() - began


def _partial(piece: PageElement) -> str:
    return f'<hx-partial hx-target="#{piece.id}" hx-swap="outerMorph">{piece.html}</hx-partial>'


def stream(
    live: Live, key: object, render: Render, is_welcome: Callable[[], bool], who: str
) -> StreamingResponse:
    """Return the response that streams a page's changes, or raise TooManyTries."""
    live.check_room(who)
    return StreamingResponse(
        live.messages(key, render, is_welcome, who),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
