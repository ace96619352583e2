"""The interpreter as a station sets it, for one test; and objects that only its collector frees."""

import gc
import sys

import pytest

from controller.host.interpreter import settle


class Cycle:
    """An object that holds itself."""

    def __init__(self):
        self.myself = self


@pytest.fixture
def settled():
    """Set as a station sets it; afterwards as it was."""
    before, had, switch = gc.get_threshold(), gc.isenabled(), sys.getswitchinterval()
    gc.enable()
    settle()
    yield
    sys.setswitchinterval(switch)
    gc.set_threshold(*before)
    if not had:
        gc.disable()
