"""The fleet that listens to a station that is killed: a process of its own, which outlives it."""

import json
import subprocess
import sys
from pathlib import Path

from controller.founding import Secrets
from tests.support.crashing_station import NODES


class Fleet:
    """All NODES of the crashing station at one broker; what they did is told when it stops."""

    def __init__(self, home: Path, folder: Path, broker: str) -> None:
        spec = {
            "broker": broker,
            "root_public": Secrets(home).root_public.read_text().strip(),
            "nodes": [{"id": node.id, "areas": ["56", node.area]} for node in NODES],
            "storage": str(folder / "fleet"),
        }
        path = folder / "fleet.json"
        path.write_text(json.dumps(spec))
        with (folder / "fleet.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simulator", "--with-parent", "--spec", str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._facts: list[dict] = []

    def stop(self) -> None:
        """End the process and keep its facts."""
        self._process.terminate()
        out, _ = self._process.communicate(timeout=10)
        self._facts = [json.loads(line) for line in out.decode().splitlines()]

    def items(self, fact: str) -> list[dict]:
        """What all nodes told under that name."""
        return [item for line in self._facts if line["fact"] == fact for item in line["items"]]
