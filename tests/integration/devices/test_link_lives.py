"""A link outlives whatever one attempt to connect dies of."""

import logging
import threading

from devices.link import Link

TOO_LONG = f"mqtt://{'a' * 64}.test:1883"  # a label of a host name has 63 characters at most
WITHIN = 30.0


class Lines(logging.Handler):
    """Counts the attempts that failed."""

    def __init__(self, wanted):
        super().__init__(logging.DEBUG)
        self.wanted, self.came = wanted, threading.Event()

    def emit(self, record):
        if "no connection" in record.getMessage():
            self.wanted -= 1
            if self.wanted == 0:
                self.came.set()


def test_a_host_name_that_cannot_be_one_is_tried_again_and_again():
    log, lines = logging.getLogger("devices.thread_link"), Lines(2)
    log.addHandler(lines)
    level = log.level
    log.setLevel(logging.DEBUG)
    link = Link(TOO_LONG, "loa-station")
    link.start()
    try:
        assert lines.came.wait(WITHIN)
    finally:
        link.stop()
        log.removeHandler(lines)
        log.setLevel(level)
