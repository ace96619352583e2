"""A world that many tests begin with, made once: each gets a copy of its database, files and clock."""

import copy
import shutil


class KeptWorld:
    """What `tell` left in a world; its answer is `shown` in every copy."""

    def __init__(self, seeds, folder, tell):
        self._folder, self._first = folder, seeds.world(folder)
        self._shown = tell(self._first)
        self._seeds = seeds.of(folder / "loa.sqlite", self._first.store)
        self._first.store.close()

    def world(self, folder):
        """Return a copy of the world."""
        for part in self._folder.iterdir():
            if part.is_dir():
                shutil.copytree(part, folder / part.name, dirs_exist_ok=True)
        first = self._first
        world = self._seeds.world(folder, start=first.now(), progress=dict(first.progress))
        world.signer = copy.deepcopy(first.signer)
        world.shown = copy.copy(self._shown)
        return world
