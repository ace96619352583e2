"""Processor time and memory of processes, read from /proc: the measured process does no work for it."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PARENT, _UTIME, _STIME = 1, 11, 12  # fields of /proc/PID/stat, counted after the program's name
_BUSY = (0, 1, 2, 5, 6, 7)  # user, nice, system, irq, softirq, steal in the first line of /proc/stat
_BROKERS = ("mosquitto", "iotcore")


@dataclass(frozen=True, slots=True)
class Used:
    """Processor seconds since their start, and resident memory now, of several processes together."""

    seconds: float
    rss_mb: float


def used_by(pids: list[int]) -> Used:
    """Return what these processes used; a process that has ended counts as zero."""
    ticks, kilobytes = 0, 0
    for pid in pids:
        with contextlib.suppress(OSError):
            told = _stat(pid)
            ticks += int(told[_UTIME]) + int(told[_STIME])
            kilobytes += memory_kb(pid, "VmRSS")
    return Used(ticks / os.sysconf("SC_CLK_TCK"), round(kilobytes / 1024, 1))


def machine_busy_s() -> float:
    """Return the processor seconds that everything on this machine used since its start, all cores together.

    What a virtual machine's host gave to others in that time is in it.
    """
    told = (_PROC / "stat").read_text("ascii").partition("\n")[0].split()[1:]
    return sum(int(told[at]) for at in _BUSY) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(_stat(int(entry.name))[_PARENT]), []).append(int(entry.name))
    found = [pid]
    for one in found:  # grows during the loop
        found += children.get(one, [])
    return found


def is_broker(pid: int) -> bool:
    """Return whether a process is a broker that a station starts."""
    with contextlib.suppress(OSError):
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace")
        return any(broker in words for broker in _BROKERS)
    return False


def memory_kb(pid: int, field: str) -> int:
    """Return a field of /proc/PID/status, kB: `VmRSS` for resident memory, `VmHWM` for its peak."""
    for line in (_PROC / str(pid) / "status").read_text("utf-8", "replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0


def _stat(pid: int) -> list[str]:
    return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
