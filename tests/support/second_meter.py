"""Independent measurement of loudness and peak: the ebur128 filter of ffmpeg."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.support.parts import missing

_FIGURE = re.compile(r"^\s+(I|Peak):\s+(-?[\d.]+|-inf) (?:LUFS|dBFS)", re.MULTILINE)


def second_opinion(recording: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) of the file."""
    if shutil.which("ffmpeg") is None:
        missing("ffmpeg")
    command = ["ffmpeg", "-nostats", "-hide_banner", "-i", recording, "-filter_complex", "ebur128=peak=true"]
    done = subprocess.run(
        [*command, "-f", "null", "-"], capture_output=True, text=True, check=True, timeout=60
    )
    found = dict(_FIGURE.findall(done.stderr.rpartition("Summary:")[2]))
    return float(found["I"]), float(found["Peak"])
