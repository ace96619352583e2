"""What Debian must give for the tests: a missing part is a failure, so nothing passes by not being tried."""

from typing import NoReturn

import pytest


def missing(part: str) -> NoReturn:
    """Fail the test that needs a part which this machine does not have."""
    pytest.fail(f"{part} is not installed here; deploy/install-test-parts.sh installs it", pytrace=False)
