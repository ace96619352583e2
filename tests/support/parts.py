"""What Debian must give for the tests: under `make test` a missing part is a failure, elsewhere a skip."""

import os
from typing import NoReturn

import pytest

EVERY_PART = "LOA_TEST_EVERY_PART"
"""Set by `make test`, which has installed every part: then nothing may pass by not being tried."""


def missing(part: str) -> NoReturn:
    """End the test that needs a part which this machine does not have."""
    if os.environ.get(EVERY_PART):
        pytest.fail(f"{part} is not installed, though `make test` installs it", pytrace=False)
    pytest.skip(f"{part} is not installed here (make test installs it)")
