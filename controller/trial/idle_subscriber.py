"""The references of `loa bench ingest`: subscribers that do no work.

Run as `python -m controller.trial.idle_subscriber URL READER`, where READER is `paho` (the client library as
its makers ship it, with its own thread) or `loa` (the station's own link). It writes a line once it has
subscribed, publishes at intervals how many messages it received, and ends when its standard input does.
"""

import sys
from collections.abc import Callable

from controller.trial import children
from controller.trial.load import TAKEN
from controller.trial.plain_paho import Take, started_in_a_thread
from devices import topics
from devices.link import Link

_TELL_EVERY = 200  # messages
_NAME = "bench-idle"
_FILTERS = (topics.ALL_VITALS, topics.ALL_RECEIPTS)


def _counter(publish: Callable[[bytes], object]) -> Take:
    """Return what counts messages, and publishes the count from time to time."""
    count = 0

    def take(_: bytes | bytearray) -> None:
        nonlocal count
        count += 1
        if count % _TELL_EVERY == 0:
            publish(str(count).encode())

    return take


def _say_ready() -> None:
    children.answer({"ready": True})


def main() -> None:
    """Subscribe to the station's topics, and count."""
    url, reader = sys.argv[1:]
    if reader == "loa":
        take = _counter(lambda count: link.publish(TAKEN, count, qos=0))
        link = Link(url, _NAME, on_message=lambda message: take(message.payload), on_up=_say_ready)
        link.subscribe(*_FILTERS)
        link.start()
        sys.stdin.buffer.read()
        link.stop()
    else:
        count = _counter(lambda count: client.publish(TAKEN, count, qos=0))
        client = started_in_a_thread(url, _NAME, _FILTERS, count, _say_ready)
        sys.stdin.buffer.read()
        client.disconnect()


if __name__ == "__main__":
    main()
