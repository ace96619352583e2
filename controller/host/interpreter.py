"""Settings of the Python interpreter: how long a thread waits for another, and what memory it keeps."""

import ctypes
import gc
import sys

SWITCH_S = 0.0005
"""Seconds that a thread may hold the interpreter while another waits: an answer to a clock request takes
some fifteen switches, and with the default of 5 ms each it was late whenever receipts were written."""
YOUNG = 100_000
"""New objects at which the garbage collector runs by itself (default: 700). It stops every thread while it
looks through them: 7 to 12 ms of processor for 20,000. The messages of 5,000 nodes that wait to be written at
the start of a broadcast are some 20,000 objects, and hardly any is garbage."""
WORTH_IT = 5_000
"""New objects from which on an idle station looks for garbage: some 2 ms."""
_OLDER = 10
"""Collections of one generation after which the next older one is looked through, as by default."""


def settle() -> None:
    """Shorten the switch interval, collect garbage less often, and exclude from it the objects that exist.

    These are modules, tables and the station's parts: a full collection visits all of them and stops every
    thread for 50 to 90 ms (measured), while clock requests of nodes wait.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(YOUNG, _OLDER, _OLDER)
    gc.collect()
    gc.freeze()


def collect_when_idle(*, is_idle: bool) -> None:
    """Collect garbage now if nobody waits and there is some to look for; call it twice a second."""
    young, middle, old = gc.get_count()
    if not is_idle or young < WORTH_IT:
        return
    gc.collect(0 if middle <= _OLDER else 1 if old <= _OLDER else 2)


def return_freed_memory() -> None:
    """Give memory that was freed back to the system; takes less than a millisecond.

    The C library does so by itself only at the end of a heap, and each of our threads has one. After 5,000
    nodes have connected and fetched a recording, these hold 8 to 15 MB that nobody uses.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other libraries have none
    if trim is not None:
        trim(0)
