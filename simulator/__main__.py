"""`python -m simulator --spec FILE.json`: a fleet in its own process; facts as JSON lines on stdout.

`python -m simulator --storage DIR --enrol CODE --station ADDRESS` is one node that enrols with a code (or
with `--qr TEXT`); `--storage DIR` alone continues as the node that was enrolled there.

It stops within three seconds of SIGTERM or SIGINT, and when nobody reads its facts any more; with
`--with-parent` also when its stdin ends, so that it ends with the program that started it.
"""

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from devices.enrolling import NotEnrolled, enrol, enrol_by_qr, enrolled_in, with_root_joined
from simulator.facts import FactLines
from simulator.faults import BadFaults, parse_faults
from simulator.fleet import Fleet
from simulator.spec import SOFTWARE, FleetSpec

SWITCH_S = 0.0005
"""Switch interval of the interpreter: how long the loop may delay a loudspeaker that is due."""
YOUNG, MOST_YOUNG = 20_000, 200_000
"""New objects from which on garbage is looked for (Python: 700): from the first number on in a quiet moment,
at the second in any. To look through 20,000 takes 11 to 15 ms, in which no loudspeaker begins; most are
events that wait for their node, and no garbage. A process of 2,500 nodes has a million objects."""
OLDER = 10
"""Collections of one generation after which the next older one is looked through, as by default."""
QUIET_S = 0.2
"""A moment is quiet if nothing begins or ends for so long; all of 500 nodes is looked through in 80 ms."""
WATCH_S = 0.5
FAILED = 1
USAGE_ERROR = 2


def main() -> int:
    """Run a fleet until it is told to stop; return the exit code."""
    parser = _parser()
    told = parser.parse_args(with_root_joined(sys.argv[1:]))
    if told.check_faults is not None:
        return _check_faults(told.check_faults)
    if (told.spec is None) == (told.storage is None):
        parser.error("--spec or --storage, one of the two")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        spec = _enrolled(told) if told.storage else FleetSpec.model_validate_json(told.spec.read_bytes())
    except NotEnrolled as error:
        sys.stderr.write(f"{error.sentence}\n")
        return USAGE_ERROR
    except ValidationError as error:
        causes = [one.get("ctx", {}).get("error") for one in error.errors()]
        wrong = next((cause for cause in causes if isinstance(cause, BadFaults)), None)
        unread = f"Không đọc được cấu hình mô phỏng {told.spec}: {error}"
        sys.stderr.write(f"{wrong.sentence if wrong else unread}\n")
        return USAGE_ERROR
    except OSError as error:
        sys.stderr.write(f"Không đọc được cấu hình mô phỏng {told.spec}: {error}\n")
        return USAGE_ERROR
    os.nice(spec.nice)
    _allow_many_files()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(YOUNG)
    facts = FactLines(sys.stdout.buffer)
    facts.start()
    try:
        asyncio.run(_run(spec, facts, with_parent=told.with_parent))
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"Mô phỏng dừng vì không ghi được vào {spec.storage}: {error}\n")
        return FAILED
    finally:
        facts.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--spec", type=Path, help="JSON file of the fleet, see simulator/spec.py")
    parser.add_argument("--storage", type=Path, help="disk of one node that is enrolled by a code")
    parser.add_argument("--enrol", metavar="CODE", help="the code, as the technician has it")
    parser.add_argument("--station", metavar="ADDRESS", help="where to claim it")
    parser.add_argument("--root", metavar="KEY", help="public half of the root key, if it is known")
    parser.add_argument("--qr", metavar="TEXT", help="address, code and root key as the QR code has them")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    parser.add_argument("--check-faults", metavar="TEXT", help="only say whether these faults can be read")
    return parser


def _check_faults(text: str) -> int:
    try:
        parse_faults(text)
    except BadFaults as error:
        sys.stderr.write(f"{error.sentence}\n")
        return USAGE_ERROR
    return 0


def _enrolled(told: argparse.Namespace) -> FleetSpec:
    """Claim the code where one is given; return the spec that this storage is enrolled as."""
    who = enrolled_in(told.storage) if told.qr is None and told.enrol is None else None
    if told.qr is not None:
        who = enrol_by_qr(told.storage, told.qr, SOFTWARE)
    elif told.enrol is not None:
        if told.station is None:
            raise NotEnrolled("Hãy cho biết địa chỉ của đài bằng --station.")
        who = enrol(told.storage, told.station, told.enrol, SOFTWARE, told.root)
    if who is None:
        raise NotEnrolled("Cụm loa này chưa được gắn: hãy chạy với --enrol MÃ --station ĐỊA_CHỈ.")
    return FleetSpec.of_enrolled(who, told.storage)


def _look_for_garbage() -> None:
    young, middle, old = gc.get_count()
    if young >= YOUNG:
        gc.collect(0 if middle <= OLDER else 1 if old <= OLDER else 2)


async def _run(spec: FleetSpec, facts: FactLines, *, with_parent: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    fleet = Fleet(spec, facts)
    if with_parent:
        watched = (loop, stopping, fleet.storms.obey)
        watch = threading.Thread(target=_watch_stdin, args=watched, name="stdin", daemon=True)
        watch.start()
    starting = asyncio.create_task(fleet.start())
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            # Garbage collection over thousands of nodes would block every thread for longer than a start may
            # wait.
            gc.collect()
            gc.freeze()
            gc.set_threshold(MOST_YOUNG, OLDER, OLDER)
        while not (stopping.is_set() or facts.is_broken):
            await asyncio.wait({waiting}, timeout=WATCH_S)
            if fleet.failure is not None:
                raise fleet.failure
            if fleet.is_quiet(QUIET_S):
                _look_for_garbage()
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        await fleet.stop()


def _watch_stdin(
    loop: asyncio.AbstractEventLoop, stopping: asyncio.Event, obey: Callable[[bytes], None]
) -> None:
    """Execute the parent's lines, and stop when it closes our stdin or ends.

    Reads the file descriptor directly: no lock is held at exit.
    """
    begun = b""
    try:
        while said := os.read(0, 4096):
            *lines, begun = (begun + said).split(b"\n")
            for line in lines:
                loop.call_soon_threadsafe(obey, line)
    except OSError:
        logging.getLogger(__name__).info("stdin is closed")
    if not loop.is_closed():
        loop.call_soon_threadsafe(stopping.set)


def _allow_many_files() -> None:
    """Raise the soft limit of file descriptors to the hard one: each node needs a socket."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
