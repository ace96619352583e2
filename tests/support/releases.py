"""The releases of this repository: tags like `v0.1.0`, and the newest migration of each."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_STEPS = "controller/store/migrations/versions/"


@functools.cache
def heads() -> dict[str, str]:
    """Return the newest revision of each released tag that stands in this history; a copy without one: {}."""
    tags = _git("tag", "--list", "v*.*.*", "--merged", "HEAD").split()
    return {tag: max(_steps_of(tag)) for tag in tags}


def _steps_of(tag: str) -> list[str]:
    listed = _git("ls-tree", "--name-only", tag, _STEPS).split()
    return [name.removeprefix(_STEPS)[1:5] for name in listed if name.startswith(f"{_STEPS}m")]


def _git(*said: str) -> str:
    asked = subprocess.run(["git", *said], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    return asked.stdout
