"""What `make test` leaves to `make nightly`, and `make quick` to `make test`: decision 065 says what and why.

LOA_NIGHTLY=1 asks for everything: each use case on both databases, each page in each light, all examples.
LOA_QUICK=1 asks for what a developer runs before each commit: nothing slow, and SQLite alone.
"""

import os

from hypothesis import settings

NIGHTLY = os.environ.get("LOA_NIGHTLY") == "1"
QUICK = os.environ.get("LOA_QUICK") == "1"


def amount(each_time, by_night):
    """Return how much of something costly this run gets: examples, characters."""
    return by_night if NIGHTLY else each_time


def examples(by_night, **more):
    """Return the settings of one of the dearest properties: a quarter of its examples each time.

    What costs processor time is to make examples (1 to 5 ms each), hardly what is asked of them.
    """
    return settings(max_examples=amount(by_night // 4, by_night), **more)


def databases(definition):
    """Return the databases that a test of use cases runs on.

    Most statements are the same on both. Those that take locks, decide conflicts in the database or rest on
    its triggers are marked, and so are the main job and what keeps strangers out.
    """
    both = NIGHTLY or definition.get_closest_marker("both_databases")
    return ["sqlite", "postgresql"] if both and not QUICK else ["sqlite"]


def is_quick(item):
    """Whether the test belongs to `make quick`."""
    return item.get_closest_marker("slow") is None and "postgres" not in item.fixturenames
