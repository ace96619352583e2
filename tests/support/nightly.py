"""Which tests run only in `make nightly`, and which not in `make quick`; the reasons are in decision 065.

LOA_NIGHTLY=1 runs everything: each operation on both databases, each page in each theme, all examples.
LOA_QUICK=1 runs what a developer needs before each commit: nothing slow, and SQLite alone.
"""

import os

from hypothesis import settings

NIGHTLY = os.environ.get("LOA_NIGHTLY") == "1"
QUICK = os.environ.get("LOA_QUICK") == "1"


def amount(each_time, by_night):
    """Return the number of examples or characters for this run."""
    return by_night if NIGHTLY else each_time


def examples(by_night, **more):
    """Return the settings of one of the slowest property tests: a tenth of its examples outside of nightly.

    Generating examples takes the processor time (1 to 5 ms each); checking them takes little.
    """
    return settings(max_examples=amount(by_night // 10, by_night), **more)


def databases(definition):
    """Return the databases that a test of operations runs on.

    Most statements are the same on both. Tests of locks, of conflicts decided in the database and of triggers
    are marked for both, as is one way through each operation of the main job and of access control.
    """
    both = NIGHTLY or definition.get_closest_marker("both_databases")
    return ["sqlite", "postgresql"] if both and not QUICK else ["sqlite"]


def is_due(item):
    """Whether the test belongs to this run: what is marked `nightly` runs by night alone."""
    return NIGHTLY or item.get_closest_marker("nightly") is None


def is_quick(item):
    """Whether the test belongs to `make quick`."""
    return item.get_closest_marker("slow") is None and "postgres" not in item.fixturenames
