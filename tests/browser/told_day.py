"""The day that pages show, told once for all tests of a worker: to tell it takes seconds of processor."""

import copy
import shutil

from tests.browser.days_shown import tell_a_day


class ToldDay:
    """A world after that day, of which each test gets a copy: database, files and clock."""

    def __init__(self, seeds, folder):
        self._folder, self._first = folder, seeds.world(folder)
        self._shown = tell_a_day(self._first)
        self._first.store.close()
        self._seeds = copy.copy(seeds)
        self._seeds._file = folder / "loa.sqlite"

    def world(self, folder):
        """Return a world after the day; `shown` is what `tell_a_day` returned."""
        for part in self._folder.iterdir():
            if part.is_dir():
                shutil.copytree(part, folder / part.name, dirs_exist_ok=True)
        first = self._first
        world = self._seeds.world(folder, start=first.now(), progress=dict(first.progress))
        world.signer = copy.deepcopy(first.signer)
        world.shown = dict(self._shown)
        return world
