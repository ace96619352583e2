"""A simulated fleet as a child process: it receives its spec, and reports what it really did."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from controller.errors import BadInput, StartFailed
from controller.host import child_process as child
from controller.host.home_folder import write_private
from controller.trial import children
from controller.trial.outside import used_by
from devices.ids import NodeId

_READY_SECONDS = 120.0  # seconds; 5,000 nodes connect in about three; a busy machine takes longer
_READY_NODE_SECONDS = 0.02  # seconds for each node, which the fleet itself waits for too (simulator/fleet.py)
_QUEUE = 100_000  # unread facts: two for each of 5,000 nodes, ten times
_READER_SECONDS = 5.0  # seconds; its pipe has ended by then
_TOLD_WRONG = 2  # exit code of a program with wrong arguments
_EXIT_SECONDS = 10.0  # seconds from a program's last output to its exit code

Fact = dict[str, Any]


@dataclass
class FleetProcess:
    """One child process `python -m simulator`."""

    home: Path
    spec: dict[str, Any]
    ready: Fact = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None
    _reader: threading.Thread | None = None
    _facts: "queue.Queue[Fact | None]" = field(default_factory=lambda: queue.Queue(_QUEUE))

    def start(self) -> None:
        """Start it; it connects in the background."""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / "fleet.json"
        # it contains the broker's address with the password
        write_private(path, json.dumps({"storage": str(self.home.absolute()), **self.spec}))
        self._process = children.started(
            "simulator", "--with-parent", "--spec", str(path), log=self.home / "fleet.log"
        )
        self._reader = threading.Thread(target=self._read, name="fleet-facts", daemon=True)
        self._reader.start()

    def wait_ready(self) -> Fact:
        """Wait until its nodes are connected and calm; return its ready message."""
        end = time.monotonic() + _READY_SECONDS + _READY_NODE_SECONDS * len(self.spec["nodes"])
        while time.monotonic() < end:
            try:
                fact = self._facts.get(timeout=1.0)
            except queue.Empty:
                continue
            if fact is None:
                break
            if fact.get("fact") == "ready":
                self.ready = fact
                return fact
        raise self._why_not()

    def facts(self) -> Iterator[Fact]:
        """Yield the facts since the last call, without waiting."""
        while True:
            try:
                fact = self._facts.get_nowait()
            except queue.Empty:
                return
            if fact is not None:
                yield fact

    def storm(self, nodes: int, dark_s: float, within_s: float) -> None:
        """Cut the power of this many of its nodes and restore it; see simulator/storms.py."""
        assert self._process is not None
        children.tell(self._process, {"nodes": nodes, "dark_s": dark_s, "within_s": within_s})

    def plug(self, node: NodeId, *, is_in: bool) -> None:
        """Take the power from one of its nodes, or give it back; other nodes are ignored."""
        assert self._process is not None
        children.tell(self._process, {"plug": node, "is_in": is_in})

    def processor_seconds(self) -> float:
        """Return its processor time, seconds; 0.0 where it does not run."""
        return 0.0 if self.pid is None else used_by([self.pid]).seconds

    @property
    def pid(self) -> int | None:
        """Its process id, for measurements."""
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        """End it; its storage stays intact."""
        if self._process is not None:
            child.stop(self._process)
            if self._reader is not None:
                self._reader.join(_READER_SECONDS)
            children.end(self._process)

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._facts.put_nowait(json.loads(line))
            except ValueError:
                continue
            except queue.Full:
                break  # nobody reads: nothing more is kept
        with contextlib.suppress(queue.Full):
            self._facts.put_nowait(None)

    def _why_not(self) -> Exception:
        log = self.home / "fleet.log"
        lines = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
        sentence = lines[-1] if lines else "không rõ lý do"
        if self._process is not None and _code_of(self._process) == _TOLD_WRONG:
            return BadInput(sentence, code="fleet.spec")
        return StartFailed(f"Dàn loa mô phỏng không khởi động được: {sentence}", code="fleet.not_started")


@dataclass(frozen=True, slots=True)
class FleetProcesses:
    """All simulated loudspeakers of a station, in one process or several, used like one."""

    processes: Sequence[FleetProcess]

    def start(self) -> None:
        """Start all; they connect in the background."""
        for process in self.processes:
            process.start()

    def wait_ready(self) -> Fact:
        """Wait until all nodes are connected and calm; return the combined ready messages."""
        told = [process.wait_ready() for process in self.processes]
        return {
            "nodes": sum(one["nodes"] for one in told),
            "connected": sum(one["connected"] for one in told),
            "told_offline": [node for one in told for node in one["told_offline"]],
            "told_to_reboot": [node for one in told for node in one["told_to_reboot"]],
            "told_defects": {node: fate for one in told for node, fate in one["told_defects"].items()},
        }

    def facts(self) -> Iterator[Fact]:
        """Yield the facts since the last call, without waiting."""
        return chain.from_iterable(process.facts() for process in self.processes)

    def storm(self, nodes: int, dark_s: float, within_s: float) -> None:
        """Cut the power of this many nodes at once and restore it, the same share in each process."""
        for n, process in enumerate(self.processes):
            share = (nodes + n) // len(self.processes)
            if share:
                process.storm(share, dark_s, within_s)

    def plug(self, node: NodeId, *, is_in: bool) -> None:
        """Take the power from a node, or give it back."""
        for process in self.processes:
            process.plug(node, is_in=is_in)

    def processor_seconds(self) -> float:
        """Return the processor time of all, seconds."""
        return sum(process.processor_seconds() for process in self.processes)

    def pids(self) -> list[int]:
        """Return the ids of the processes that were started."""
        return [process.pid for process in self.processes if process.pid is not None]

    def stop(self) -> None:
        """End all; their storage stays intact."""
        for process in self.processes:
            process.stop()


def refuse_bad_faults(fail: str) -> None:
    """Refuse a fault option that the simulator cannot read; nothing is started for it."""
    if not fail:
        return
    asked = subprocess.run(  # noqa: S603 - the arguments are ours
        [sys.executable, "-m", "simulator", f"--check-faults={fail}"],
        capture_output=True,
        timeout=_READY_SECONDS,
        check=False,
    )
    if asked.returncode:
        lines = asked.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BadInput(lines[-1] if lines else "không rõ lý do", code="fleet.spec")


def _code_of(ending: "subprocess.Popen[bytes]") -> int | None:
    """Return its exit code; its output closes a moment before the system knows the code."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return ending.wait(timeout=_EXIT_SECONDS)
    return None
