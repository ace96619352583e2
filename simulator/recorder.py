"""The sound of a loudspeaker as a WAV file and its sidecar, decoded from the chunks that arrived."""

import io
import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator.facts import Item, item_of, written
from simulator.speakers import Over
from tts.marks import comment_of, origin_in

RECORDED_EACH = 10
"""Each tenth node of the list writes recordings."""


@dataclass(frozen=True, slots=True)
class Reel:
    """One stretch of sound, and the files of the chunks that it came from."""

    over: Over
    pieces: tuple[Path, ...]


class Recorder:
    """Writes recordings one after another in its own thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool: ThreadPoolExecutor | None = None
        self._count = 0

    def start(self) -> None:
        """Start the thread."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tape")

    def stop(self) -> None:
        """Stop; the owner has waited for what it needs."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def write(self, reel: Reel) -> "Future[Item]":
        """Write a stretch of sound; the future gives what to report of it."""
        assert self._pool is not None, "start() comes first"
        self._count += 1
        return self._pool.submit(_write, reel, self._folder)


def _write(reel: Reel, folder: Path) -> Item:
    import soundfile

    over = reel.over
    samples, rate, mark = _decoded(reel.pieces)
    first = over.arm.offset_ms * rate // 1000
    last = first + over.heard_ms * rate // 1000
    stretch = f".from{over.arm.offset_ms // 1000}s" if over.arm.offset_ms else ""
    wav = folder / f"{over.arm.airing}.{over.node}{stretch}.wav"
    part = wav.with_suffix(".part")
    with soundfile.SoundFile(part, "w", rate, 1, subtype="PCM_16", format="WAV") as out:
        if mark:
            out.comment = mark
        out.write(samples[first:last])
    part.rename(wav)
    heard = item_of(over)
    sidecar = {
        "node": over.node,
        "airing": over.arm.airing,
        "started_at": written(over.began_at),
        "planned_at": heard["planned_at"],
        "deviation_ms": heard["deviation_ms"],
        "offset_ms": over.arm.offset_ms,
        "heard_ms": over.heard_ms,
        "volume": over.arm.volume,
    }
    wav.with_suffix(".json").write_text(json.dumps(sidecar, indent=2) + "\n", encoding="utf-8")
    return {"node": over.node, "airing": over.arm.airing, "wav": str(wav)}


@lru_cache(maxsize=1)
def _decoded(pieces: tuple[Path, ...]) -> tuple[Any, int, str]:
    """Decode a recording to 16-bit mono; return it with its rate and its metadata about the voice.

    Cached: the same chunks at another node give the same sound.
    """
    import soundfile

    data = b"".join(piece.read_bytes() for piece in pieces)
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    return samples[:, 0], rate, comment_of(origin_in(data))
