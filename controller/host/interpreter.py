"""What a station's process does once with Python's interpreter, so that no thread waits for long."""

import gc
import sys

SWITCH_S = 0.0005
"""How long a thread may hold the interpreter while another waits: an answer to a clock takes some fifteen
turns, and with the usual 5 ms each it was late whenever receipts were written meanwhile."""


def settle() -> None:
    """Have threads take short turns, and leave out of garbage collection what is there now.

    That is modules, tables and parts: a full collection goes through all of it and holds every thread for 50
    to 90 ms (measured), while a clock request of a node waits.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
