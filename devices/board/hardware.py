"""What a board is and can do, as it says at each birth; docs/protocol.md, "Capabilities"."""

import platform
import sys
from pathlib import Path
from typing import Final

from devices.board.decoding import codecs
from devices.messages import Capabilities, Output

SOFTWARE: Final = "loa-board/1"
MODEL: Final = Path("/proc/device-tree/model")
MEMORY: Final = Path("/proc/meminfo")
MOST_LABEL: Final = 60


def capabilities(storage: int) -> Capabilities:
    """Return what this board can do; `storage`: bytes for recordings."""
    return Capabilities(
        codecs=codecs(),
        storage=storage,
        memory=_memory(),
        outputs=(Output(name="line-1", kind="board"),),
        hardware=_model()[:MOST_LABEL],
    )


def _model() -> str:
    try:
        return MODEL.read_text("utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return f"{sys.platform} {platform.machine()}"


def _memory() -> int | None:
    try:
        words = MEMORY.read_text("ascii").split()
        return int(words[words.index("MemTotal:") + 1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
