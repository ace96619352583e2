"""Debian packages that tests need: a missing one fails the test, so that no test passes by being skipped."""

from typing import NoReturn

import pytest


def missing(part: str) -> NoReturn:
    """Fail the test that needs a part which this machine does not have."""
    pytest.fail(f"{part} is not installed here; deploy/install-test-parts.sh installs it", pytrace=False)
