"""How well the kernel says that the machine's clock is disciplined: for boards and for the station."""

import ctypes
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

UNSYNCHRONISED: Final = 0x40
NANOSECONDS: Final = 0x2000


class _Timex(ctypes.Structure):
    """The head of Linux' `struct timex`, as adjtimex(2) fills it in; behind it 256 bytes to spare."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True)
class KernelClock:
    """How well the kernel's clock is disciplined."""

    is_synchronised: bool
    most_error: timedelta


def kernel_clock() -> KernelClock:
    """Ask the kernel, by adjtimex(2), which needs no right for that."""
    told = _Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(told))
    offset = abs(told.offset) / (1000 if told.status & NANOSECONDS else 1)
    is_good = 0 <= state < 5 and not told.status & UNSYNCHRONISED  # noqa: PLR2004 - 5 is TIME_ERROR
    return KernelClock(is_good, timedelta(microseconds=told.maxerror + offset))
