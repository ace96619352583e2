"""The code of the release before signed receipts, from the repository's history, to make its data."""

import json
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

OLD = "7410e00910aa5817170095483e16b66321fecc41"
"""The last commit of that wire."""
ROOT = Path(__file__).parents[2]
WITHIN_S = 150
PROGRAMS = Path(__file__).with_name("old_release_programs")
"""Written for the modules of then: no code of this release."""


def lacks_history() -> bool:
    """Whether this is a copy without history, or with a part of it: then there is no old code to run."""
    asked = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    return asked.stdout.strip() != "false"


def unpack(folder: Path, commit: str = OLD) -> Path:
    """Write the old code into a folder, and return it."""
    packed = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True, timeout=60
    ).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def run(code: Path, program: str, *args: object) -> dict[str, str]:
    """Run one of the programs with the old code and the installed libraries; return what it printed last."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
    done = subprocess.run(
        [sys.executable, "-c", (PROGRAMS / program).read_text("utf-8"), *map(str, args)],
        cwd=code,
        env=environment | {"PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found
