"""What every test may use; everything bigger lives in tests/support/."""

import socket

import pytest
from hypothesis import HealthCheck, settings

# a loaded machine of two cores is no reason to fail a property that holds
settings.register_profile("loa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loa")


@pytest.fixture
def free_port():
    """A TCP port of the loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pytest_collection_modifyitems(items):
    """Begin with whole stations: they take minutes, and at the end all other workers would wait for them."""
    items.sort(key=lambda item: "tests/system" not in item.path.as_posix())
