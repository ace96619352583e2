"""Times a long bulletin the first time, again, and after one sentence of it was changed; wall seconds.

`make render`, with nothing else running: the three are compared with each other. Another text may be named.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.listening.sentences import sentences
from tts.orders import RenderOrder
from tts.recordings import RecordingStore
from tts.studio import Studio

OTHER = "Ủy ban nhân dân các xã, phường gửi báo cáo kết quả về Sở Tư pháp trước ngày 15 tháng 12 hằng năm."


def changed(text):
    """Return the text with another sentence in place of the one in its middle."""
    sentences = text.split(". ")
    sentences[len(sentences) // 2] = OTHER.rstrip(".")
    return ". ".join(sentences)


def rendering(text):
    """Yield what was rendered and how long it took; the voice is warm before the first time."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        studio = Studio(place / "cache", RecordingStore(place / "recordings"))
        studio.start()
        try:
            studio.render(RenderOrder("Thông báo", "Xin chào bà con. Chúc bà con một ngày tốt lành."))
            first = None
            for what, written in (
                ("first time", text),
                ("again", text),
                ("a sentence changed", changed(text)),
            ):
                stages, began = [], time.perf_counter()
                made = studio.render(
                    RenderOrder("Kế hoạch", written),
                    lambda step, began=began, stages=stages: stages.append(
                        (step.stage, time.perf_counter() - began)
                    ),
                )
                taken = time.perf_counter() - began
                first = first or taken
                spoken = max(at for stage, at in stages if stage == "speaking")
                new, seconds = made.phrases - made.phrases_cached, made.duration_ms / 1000
                yield (
                    f"{what}: {new} of {made.phrases} phrases, {seconds:.0f} s of sound",
                    f"{taken:.1f} s, {taken / first:.1%} of the first (spoken after {spoken:.1f} s)",
                )
        finally:
            studio.stop()


def main():
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("text", type=Path, nargs="?", help="a hundred sentences of our own when left out")
    file = options.parse_args().text
    text = file.read_text(encoding="utf-8") if file else " ".join(sentences("tuning") + sentences("held"))
    print("| what | measured |\n|---|---|")  # noqa: T201
    for what, figure in rendering(text):
        print(f"| {what} | {figure} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
