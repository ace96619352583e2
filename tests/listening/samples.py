"""Makes the samples of docs/samples: each voice as recorded, and as it arrives through the simulated horn.

Run as `python -m tests.listening.samples`; the sentence is one of the tuning set.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.listening.chain import Speaker, recorded
from tts.codec import write_sound
from tts.horn import through_horn
from tts.jobs import Bench
from tts.marks import Origin

FOLDER = Path(__file__).parents[2] / "docs" / "samples"
SENTENCE = "Không tự ý mua thuốc kháng sinh khi chưa có chỉ định của bác sĩ."
SPEAKERS = {
    "nu": Speaker("loa", "jf_nezumi"),
    "nam": Speaker("loa", "jm_kumo"),
    "espeak": Speaker("espeak", "vi+f3"),
}


def main() -> None:
    """Write the files anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, speaker in SPEAKERS.items():
            samples, rate = recorded(Bench(Path(folder)), Path(folder), speaker, SENTENCE)
            for kind, sound in (("ban-ghi", samples), ("qua-loa", through_horn(samples, rate))):
                place = FOLDER / f"{name}-{kind}.opus"
                write_sound(place, sound, rate, Origin.MACHINE)
                sys.stdout.write(f"{place.name}: {place.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
