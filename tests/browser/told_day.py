"""The day that pages show, told once for all tests of a worker: to tell it takes seconds of processor."""

from tests.browser.days_shown import tell_a_day
from tests.integration.web.kept_world import KeptWorld


class ToldDay(KeptWorld):
    """A world after that day; `shown` is what `tell_a_day` returned."""

    def __init__(self, seeds, folder):
        super().__init__(seeds, folder, tell_a_day)
