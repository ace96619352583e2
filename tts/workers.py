"""Worker processes and their queue: a killed worker loses only the phrase that it was speaking."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from tts.errors import EngineFailed
from tts.jobs import NUMBERS, Job

_LOG = logging.getLogger(__name__)

_QUEUED = 64
"""Jobs in each queue; submitting more blocks."""
_SPARED_AFTER = 0.3
"""Seconds that an urgent job waits for a process before one more is started for it."""
_SPARE_SECONDS = 60.0
"""Seconds without an urgent job after which that process ends: it holds some 450 MB."""
_TRIES = 3
"""Attempts of one job before the end of its worker counts as the job's fault."""
_QUIT_SECONDS = 20.0
"""Seconds to wait for a killed process: it gives back 450 MB at its low priority, 4 s on a busy machine."""
_NICE = 5
"""Added to the station's niceness: rendering fills all processors for minutes, and the station and its broker
answer clocks, calls and loudspeakers meanwhile."""

Made = TypeVar("Made")


class Stopped(EngineFailed):
    """The workers were stopped while a job ran."""

    code = "engine.stopped"
    text = "Việc tạo giọng đọc đã dừng vì chương trình đang tắt."


class TooSlow(EngineFailed):
    """A job passed its time limit."""

    code = "engine.slow"
    text = "Giọng đọc mất quá nhiều thời gian cho một câu. Hãy thử lại hoặc chọn giọng khác."


@dataclass(frozen=True, slots=True)
class _Task:
    job: Job[Any]
    seconds: float
    future: Future[Any]
    at: float


class _Queue:
    """Tasks that wait: what is urgent goes first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent: deque[_Task] = deque()
        self._others: deque[_Task] = deque()
        self._is_open = False

    def __len__(self) -> int:
        return len(self._urgent) + len(self._others)

    def open(self) -> None:
        """Take tasks from now on."""
        self._is_open = True

    def close(self) -> list[_Task]:
        """Take none any more, end all waits, and return what waited."""
        with self._changed:
            self._is_open = False
            left = [*self._urgent, *self._others]
            self._urgent.clear()
            self._others.clear()
            self._changed.notify_all()
        return left

    def put(self, task: _Task, *, urgent: bool) -> bool:
        """Add a task, once there is room; False where none is taken any more."""
        into = self._urgent if urgent else self._others
        with self._changed:
            self._changed.wait_for(lambda: len(into) < _QUEUED or not self._is_open)
            if self._is_open:
                into.append(task)
                self._changed.notify_all()
            return self._is_open

    def take(self) -> _Task | None:
        """Wait for a task; None: closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._others or not self._is_open)
            return self._taken(self._urgent or self._others)

    def take_left_over(self, patience: float) -> _Task | None:
        """Wait for an urgent task that nobody took for a moment; None: closed, or none in this time (s)."""
        until = time.monotonic() + patience
        with self._changed:
            while self._is_open and (now := time.monotonic()) < until:
                due = self._urgent[0].at + _SPARED_AFTER if self._urgent else until
                if due <= now:
                    return self._taken(self._urgent)
                self._changed.wait(due - now)
        return None

    def _taken(self, of: deque[_Task]) -> _Task | None:
        if not (self._is_open and of):
            return None
        self._changed.notify_all()
        return of.popleft()


class Workers:
    """A fixed number of processes; a thread for each feeds it jobs and restarts it when it ends.

    One more process is there for urgent jobs while all others are busy with jobs that may take minutes.
    """

    def __init__(self, count: int, prepared: Path) -> None:
        self._count = count
        self._prepared = prepared
        self._tasks = _Queue()
        self._threads: list[threading.Thread] = []
        self._processes: dict[int, _Process] = {}
        self._doing: dict[Future[Any], _Process] = {}
        self._lock = threading.Lock()
        self._stopping = True

    def start(self) -> None:
        """Start the processes and return at once."""
        self._stopping = False
        self._tasks.open()
        feeds = {f"tts-worker-{number}": self._feed for number in range(self._count)}
        feeds["tts-worker-urgent"] = self._feed_urgent
        self._threads = [
            threading.Thread(target=feed, name=name, daemon=True) for name, feed in feeds.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all processes; running and queued jobs fail with Stopped."""
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
            for process in self._processes.values():
                process.interrupt()
        for task in self._tasks.close():
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(Stopped())
        for thread in self._threads:
            thread.join(2 * _QUIT_SECONDS)
        self._threads = []

    def submit(self, job: Job[Made], seconds: float, *, urgent: bool = False) -> Future[Made]:
        """Submit a job with a time limit in seconds; the future raises SpeechError or FileNotFoundError.

        `urgent`: before all jobs that are not.
        """
        future: Future[Made] = Future()
        if not self._tasks.put(_Task(job, seconds, future, time.monotonic()), urgent=urgent):
            future.set_exception(Stopped())
        return future

    def give_up(self, future: Future[Any]) -> None:
        """Drop a job that nobody waits for: it does not begin; a phrase that is being spoken ends soon."""
        if not future.cancel():
            with self._lock:
                process = self._doing.pop(future, None)
                if process is not None:
                    process.give_up()

    @property
    def are_busy(self) -> bool:
        """Whether one more job would have to wait for a process."""
        return len(self._doing) + len(self._tasks) >= self._count

    def process_ids(self) -> tuple[int, ...]:
        """Ids of the running processes."""
        with self._lock:
            return tuple(process.pid for process in self._processes.values())

    def _feed(self) -> None:
        """Main function of a thread: keep one process running, and give it one job after the other."""
        process: _Process | None = None
        try:
            while not self._stopping:
                process = process or self._spawn()
                if (task := self._tasks.take()) is not None:
                    process = self._done(task, process)
        finally:
            self._bury(process)

    def _feed_urgent(self) -> None:
        """Main function of one thread more: a process while urgent jobs find all others busy."""
        process: _Process | None = None
        try:
            while not self._stopping:
                if (task := self._tasks.take_left_over(_SPARE_SECONDS)) is not None:
                    process = self._done(task, process)
                else:
                    self._bury(process)
                    process = None
        finally:
            self._bury(process)

    def _done(self, task: _Task, process: "_Process | None") -> "_Process | None":
        if not task.future.set_running_or_notify_cancel():
            return process
        try:
            return self._see_through(task, process)
        finally:
            self._note(task, None)

    def _note(self, task: _Task, process: "_Process | None") -> None:
        """Note which process does the task from now on; None: it is done."""
        with self._lock:
            if process is None:
                self._doing.pop(task.future, None)
            else:
                process.number += 1
                self._doing[task.future] = process

    def _see_through(self, task: _Task, process: "_Process | None") -> "_Process | None":
        """Do the task, on new processes where one dies; return the process that is left, if any."""
        for _ in range(_TRIES):
            process = process or self._spawn()
            if process is None:
                break
            self._note(task, process)
            try:
                made, error = process.do(task.job, task.seconds)
            except (EOFError, OSError) as died:
                _LOG.warning("worker %d died during %s (%r)", process.pid, type(task.job).__name__, died)
                self._bury(process)
                process = None
            except TooSlow as slow:
                self._bury(process)
                task.future.set_exception(slow)
                return None
            else:
                if error is None:
                    task.future.set_result(made)
                else:
                    task.future.set_exception(error)
                return process
        task.future.set_exception(Stopped() if self._stopping else EngineFailed())
        return process

    def _spawn(self) -> "_Process | None":
        """A new process, or None when we are stopping or the system has no room for one."""
        with self._lock:
            if self._stopping:
                return None
            try:
                process = _Process(self._prepared)
            except OSError:
                _LOG.exception("no worker process could be started")
                return None
            self._processes[process.pid] = process
            return process

    def _bury(self, process: "_Process | None") -> None:
        if process is not None:
            with self._lock:  # from now on nobody writes to it
                self._processes.pop(process.pid, None)
                self._doing = {task: doer for task, doer in self._doing.items() if doer is not process}
            process.end()


class _Process:
    """One worker: a fresh interpreter (nothing is inherited by fork) and the line to it."""

    def __init__(self, prepared: Path) -> None:
        ours, theirs = Pipe()
        with theirs:
            command = [sys.executable, "-m", "tts.worker", str(theirs.fileno()), str(prepared)]
            try:
                self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    command,
                    stdin=subprocess.PIPE,  # kept open: the worker ends when it is closed
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={
                        **os.environ,
                        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                        # numpy's BLAS starts a thread for each core, which spins for 0.1 s
                        "OPENBLAS_NUM_THREADS": "1",
                    },
                )
            except OSError:
                ours.close()
                raise
        # here and not by the process itself, which loads its libraries first
        os.setpriority(os.PRIO_PROCESS, self._child.pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICE)
        self._line: Connection[Any, Any] = ours
        self.pid = self._child.pid
        self.number = 0
        """How many jobs it was given; it counts them too."""

    def do(self, job: Job[Any], seconds: float) -> tuple[Any, Exception | None]:
        """What the job made, or its error; raises EOFError or OSError when the process died, or TooSlow."""
        self._line.send(job)
        if not self._line.poll(seconds):
            raise TooSlow
        made, error = self._line.recv()
        return made, error

    def give_up(self) -> None:
        """Ask the process to end the job that it was given last; it goes on with the next one."""
        if self._child.stdin is not None:
            with suppress(OSError):  # it has ended
                os.write(self._child.stdin.fileno(), bytes([self.number % NUMBERS]))

    def interrupt(self) -> None:
        """Kill the process without waiting; its files are written atomically."""
        self._child.kill()

    def end(self) -> None:
        """Kill the process and wait until it has ended."""
        self._child.kill()
        self._line.close()
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            self._child.wait(_QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            _LOG.warning("worker %d does not end", self.pid)
