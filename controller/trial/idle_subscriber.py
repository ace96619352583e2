"""The reference of `loa bench ingest`: a subscriber with the station's client library that does no work.

Run as `python -m controller.trial.idle_subscriber URL`; it reports at intervals how many messages it
received, and ends when its standard input does.
"""

import sys

from controller.trial.load import TAKEN
from devices import topics
from devices.link import Link
from devices.link_api import Message

_TELL_EVERY = 200  # messages


def main() -> None:
    """Subscribe to the station's topics, and count."""
    count = 0

    def take(_: Message) -> None:
        nonlocal count
        count += 1
        if count % _TELL_EVERY == 0:
            link.publish(TAKEN, str(count).encode(), qos=0)

    link = Link(sys.argv[1], "bench-idle", on_message=take)
    link.subscribe(topics.ALL_VITALS, topics.ALL_RECEIPTS)
    link.start()
    sys.stdin.buffer.read()
    link.stop()


if __name__ == "__main__":
    main()
