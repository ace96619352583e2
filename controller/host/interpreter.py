"""Settings of the Python interpreter that shorten how long a thread waits for another."""

import gc
import sys

SWITCH_S = 0.0005
"""Seconds that a thread may hold the interpreter while another waits: an answer to a clock request takes
some fifteen switches, and with the default of 5 ms each it was late whenever receipts were written."""
YOUNG = 20_000
"""New objects at which the garbage collector runs (default: 700). One batch of messages makes many times
700 and leaves no reference cycle, and the collector took a sixth of the processor time of a batch."""


def settle() -> None:
    """Shorten the switch interval, collect garbage less often, and exclude from it the objects that exist.

    These are modules, tables and the station's parts: a full collection visits all of them and stops every
    thread for 50 to 90 ms (measured), while clock requests of nodes wait.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(YOUNG, 10, 10)
    gc.collect()
    gc.freeze()
