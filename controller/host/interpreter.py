"""Settings of the Python interpreter that shorten how long a thread waits for another."""

import gc
import sys

SWITCH_S = 0.0005
"""Seconds that a thread may hold the interpreter while another waits: an answer to a clock request takes
some fifteen switches, and with the default of 5 ms each it was late whenever receipts were written."""


def settle() -> None:
    """Shorten the switch interval, and exclude the objects that exist now from garbage collection.

    Those are modules, tables and the station's parts: a full collection visits all of them and stops every
    thread for 50 to 90 ms (measured), while clock requests of nodes wait.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
