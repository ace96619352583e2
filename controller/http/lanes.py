"""Worker threads by purpose: own threads for emergencies and sign-ins; docs/accounts.md, "Under load".

FastAPI runs every `def` endpoint in one pool of 40 threads. A flood of slow requests fills that pool, and
then a request to stop an emergency waits for a thread. So routes that start or end sound at once are
`UrgentRoute`s: their endpoint, what it depends on and their error pages run in threads that no other request
uses. Password hashes run in a lane of two threads, which refuses at once when its queue is full.
"""

import asyncio
import contextlib
import contextvars
import functools
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from controller.errors import TooManyTries

T = TypeVar("T")
_RETRY_SECONDS = 5
"""A lane of sign-ins is empty again well before: 18 hashes of a quarter of a second in two threads."""

_NICE = 10
"""A tenth of the processor's time where others want it all: a hash waits, a stop does not. Sign-ins go on."""


class Lane:
    """A thread pool with a bounded queue; calls beyond it are refused at once."""

    def __init__(self, name: str, *, workers: int, waiting: int, refusal: str, yields: bool = False) -> None:
        """`yields`: its threads run at the lowest processor priority (Linux)."""
        begin = _yield_to_others if yields else None
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name, initializer=begin)
        self._places = threading.BoundedSemaphore(workers + waiting)
        self._refusal = refusal

    async def run(self, call: Callable[..., T], *args: Any, **named: Any) -> T:
        """Run the call and return its result; raise TooManyTries if the queue is full."""
        if not self._places.acquire(blocking=False):
            raise TooManyTries(self._refusal, retry_after=_RETRY_SECONDS, code="station.full")
        context = contextvars.copy_context()
        try:
            future = self._pool.submit(context.run, functools.partial(call, *args, **named))
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Accept no more calls; threads end when they are idle."""
        self._pool.shutdown(wait=False)


def _yield_to_others() -> None:
    """Give this thread, and the threads that a hash starts from it, the lowest priority."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _urgent() -> Lane:
    # writes come one after another in any case; each of these takes milliseconds
    refusal = "Máy chủ đang nhận quá nhiều yêu cầu khẩn cấp. Hãy bấm lại ngay."
    return Lane("urgent", workers=8, waiting=64, refusal=refusal)


def _door(name: str, workers: int) -> Lane:
    # a hash takes 64 MiB and a core for a quarter of a second
    refusal = "Quá nhiều người đang đăng nhập cùng lúc. Hãy đợi vài giây rồi bấm Đăng nhập lại."
    return Lane(name, workers=workers, waiting=16, refusal=refusal, yields=True)


@dataclass(frozen=True)
class Lanes:
    """The lanes of a site."""

    urgent: Lane = field(default_factory=_urgent)
    door: Lane = field(default_factory=lambda: _door("sign-in", 2))
    """Sign-ins from browsers that nobody has signed in from before."""
    known_door: Lane = field(default_factory=lambda: _door("sign-in-known", 1))
    """Sign-ins from browsers that this person has signed in from before: strangers cannot fill it."""

    provider: Lane = field(default_factory=lambda: _door("sign-in-provider", 4))
    """Sign-ins that wait for an OpenID provider: a slow one must not keep passwords waiting."""

    def close(self) -> None:
        """Accept no more calls in any lane."""
        for lane in (self.urgent, self.door, self.known_door, self.provider):
            lane.close()


def lanes_of(request: Request) -> Lanes:
    """Return the lanes of the site that received the request."""
    return cast("Lanes", request.app.state.lanes)


_LANE: contextvars.ContextVar[Lane | None] = contextvars.ContextVar("lane", default=None)
"""Where the present request runs; None: in FastAPI's own threads. Each request is a task with its context."""


async def in_lane(call: Callable[..., T], *args: Any, **named: Any) -> T:
    """Run a blocking call in a thread of the current request's lane."""
    lane = _LANE.get()
    if lane is None:
        return await run_in_threadpool(call, *args, **named)
    return await lane.run(call, *args, **named)


def is_urgent() -> bool:
    """Whether the current request is urgent, so that no other request may delay it."""
    return _LANE.get() is not None


class UrgentRoute(APIRoute):
    """A route with threads of its own: emergencies, and every route that stops sound."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, _asynchronous(endpoint), **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which sets the lane for the rest of the request."""
        handle = super().get_route_handler()

        async def handle_in_lane(request: Request) -> Response:
            _LANE.set(lanes_of(request).urgent)
            return await handle(request)

        return handle_in_lane


def _asynchronous(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if asyncio.iscoroutinefunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def in_a_thread(*args: Any, **named: Any) -> Any:
        return await in_lane(endpoint, *args, **named)

    return in_a_thread
