"""What `make test` leaves to `make nightly`: decision 065 says what and why.

LOA_NIGHTLY=1 asks for everything: each use case on both databases, each page in each light, all examples.
"""

import os

NIGHTLY = os.environ.get("LOA_NIGHTLY") == "1"


def amount(each_time, by_night):
    """Return how much of something costly this run gets: examples, characters."""
    return by_night if NIGHTLY else each_time


def databases(definition):
    """Return the databases that a test of use cases runs on.

    Most statements are the same on both. Those that take locks, decide conflicts in the database or rest on
    its triggers are marked, and so are the main job and what keeps strangers out.
    """
    both = NIGHTLY or definition.get_closest_marker("both_databases")
    return ["sqlite", "postgresql"] if both else ["sqlite"]
