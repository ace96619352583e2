"""What `make test` leaves to `make nightly`: decision 065 says what and why.

LOA_NIGHTLY=1 asks for everything: each use case on both databases, and all examples of costly properties.
"""

import os

NIGHTLY = os.environ.get("LOA_NIGHTLY") == "1"


def examples(each_time, by_night):
    """Return how many examples a costly property gets in this run."""
    return by_night if NIGHTLY else each_time


def databases(definition):
    """Return the databases that a test of use cases runs on.

    Most statements are the same on both. Those that take locks, decide conflicts in the database or rest on
    its triggers are marked, and so are the main job and what keeps strangers out.
    """
    both = NIGHTLY or definition.get_closest_marker("both_databases")
    return ["sqlite", "postgresql"] if both else ["sqlite"]
