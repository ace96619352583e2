"""The reference of `loa bench ingest`: a subscriber on the station's own client library that does nothing.

Run as `python -m controller.trial.idle_subscriber URL`; it says at times how many messages it had, and ends
when its standard input does.
"""

import sys

from controller.trial.load import TAKEN
from devices import topics
from devices.link import Link
from devices.link_api import Message

_TELL_EVERY = 200  # messages


def main() -> None:
    """Subscribe to what a station hears, and count."""
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
