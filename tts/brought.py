"""Uploaded sounds: their format, whether they can be aired, and their samples at our rate."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tts.codec import SAMPLE_RATE, UnknownSoundFormat
from tts.errors import SpeechError

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

    from tts.stretches import Stretches

    Samples = NDArray[np.float32]

SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 3600.0
"""Shorter is recorded by mistake; longer does not fit into any slot of a commune."""
SHORTEST_CHIME, LONGEST_CHIME = 1.0, 15.0
"""Seconds: a few notes; people do not wait longer for the words."""
LONGEST_SILENCE_SECONDS = 10.0
"""Seconds: the microphone was off; no speaker pauses so long."""
MOST_CLIPPED = 0.25
"""Share of loud moments with flat tops; a recording at the right level has hardly any."""
_SILENT = 10 ** (-50 / 20)
"""Peak below which nothing was recorded."""
PAUSE = 10 ** (-45 / 20)
"""Softer parts are not counted in the mean: breath, and noise of the room."""
MEAN = 10 ** (-18 / 20)
"""Mean level without pauses; with its pauses it equals the mean of a mixed phrase."""
_MOST_PEAK = 0.94
BLOCK_SECONDS = 60
_CHANNELS = 8
_CONVERT_SECONDS = 900.0
"""Seconds: enough for an hour of AAC on one slow, shared core."""
_MARKS = ((b"RIFF", "wav"), (b"RF64", "wav"), (b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3", "mp3"))
_BOXES = (b"ftyp", b"moov", b"mdat")
_MPEG_SYNC = 0xE0
HEAD = 12
"""First bytes of a file that identify its format."""
_ACCEPTED = "Hãy tải lên tệp MP3, WAV, OGG, Opus hoặc M4A."


class UnfitSound(SpeechError):  # noqa: N818 - the names of speech errors say what happened
    """The sound can be decoded, but is not fit for airing."""

    code = "sound.unfit"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a sound's length, and the sentences about a sound outside of them."""

    shortest: float
    longest: float
    too_short: str
    too_long: str


WHOLE = Bounds(
    SHORTEST_SECONDS,
    LONGEST_SECONDS,
    "Tệp âm thanh ngắn hơn 2 giây. Hãy kiểm tra lại tệp.",
    "Tệp âm thanh dài hơn 60 phút. Hãy chia thành nhiều bản tin.",
)
"""Limits of a bulletin or of a part of one."""
CHIME = Bounds(
    SHORTEST_CHIME,
    LONGEST_CHIME,
    "Nhạc hiệu ngắn hơn 1 giây. Hãy chọn tệp từ 1 đến 15 giây.",
    "Nhạc hiệu dài hơn 15 giây. Hãy cắt ngắn còn từ 1 đến 15 giây.",
)


@dataclass(frozen=True, slots=True)
class Looked:
    """Format and length by the file's header; `seconds` None: known only after decoding."""

    form: str
    seconds: float | None


def look(path: Path, bounds: Bounds = WHOLE) -> Looked:
    """Return a file's format and length; raises UnknownSoundFormat, or UnfitSound for its length."""
    with path.open("rb") as file:
        form = form_of(file.read(HEAD))
    if form == "m4a":
        _converter()
        return Looked(form, None)
    import soundfile

    try:
        with soundfile.SoundFile(path) as opened:
            if opened.channels > _CHANNELS:
                raise UnknownSoundFormat(f"Tệp âm thanh có quá nhiều kênh. {_ACCEPTED}")
            seconds = opened.frames / opened.samplerate
    except soundfile.LibsndfileError as damaged:
        raise UnknownSoundFormat(f"Tệp âm thanh bị hỏng, không giải mã được. {_ACCEPTED}") from damaged
    check_length(seconds, bounds)
    return Looked(form, seconds)


def check_length(seconds: float, bounds: Bounds = WHOLE) -> None:
    """Raise UnfitSound for a sound that is too short or too long."""
    if seconds < bounds.shortest:
        raise UnfitSound(bounds.too_short)
    if seconds > bounds.longest:
        raise UnfitSound(bounds.too_long)


def evened(path: Path, scratch: Path, bounds: Bounds = WHOLE) -> Iterator[Samples]:
    """Yield the sound at the mean level of mixed phrases, mono at SAMPLE_RATE, in blocks.

    Raises as `look`, and UnfitSound for silence and clipping, before the first block. The file is decoded
    twice, so that it is never completely in memory.
    """
    import numpy as np

    if look(path, bounds).form == "m4a":
        path = converted(path, scratch)
    heard, energy, peak = 0, 0.0, 0.0
    for block in samples_of(path, bounds):
        loud = np.abs(block) > PAUSE
        heard += int(loud.sum())
        energy += float((block[loud].astype(np.float64) ** 2).sum())
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
    mean = (energy / heard) ** 0.5 if heard else MEAN
    gain = min(MEAN / mean, _MOST_PEAK / max(peak, _SILENT))
    for block in samples_of(path, bounds):
        if len(block):
            yield np.asarray(block * np.float32(gain), np.float32)


def samples_of(path: Path, bounds: Bounds = WHOLE) -> Iterator[Samples]:
    """Yield the sound unchanged, mono at SAMPLE_RATE, in minutes; raises as `evened`, but at the end."""
    import numpy as np
    import soundfile
    import soxr

    from tts.stretches import Stretches

    length, peak = 0, 0.0
    with soundfile.SoundFile(path) as opened:
        rate = opened.samplerate
        ours = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        found = Stretches(rate)
        while len(read := opened.read(BLOCK_SECONDS * rate, dtype="float32", always_2d=True)):
            block = np.nan_to_num(np.asarray(read.mean(axis=1), np.float32))
            length += len(block)
            check_length(max(length / rate, bounds.shortest), bounds)
            peak = max(peak, float(np.abs(block).max()))
            found.add(block)
            yield np.asarray(np.clip(ours.resample_chunk(block), -1.0, 1.0), np.float32)
        yield np.asarray(
            np.clip(ours.resample_chunk(np.zeros(0, np.float32), last=True), -1.0, 1.0), np.float32
        )
    check_length(length / rate, bounds)
    refuse_faults(found, peak)


def refuse_faults(found: Stretches, peak: float) -> None:
    """Raise UnfitSound for silence, for a pause that is too long, and for clipping."""
    if peak < _SILENT:
        raise UnfitSound("Tệp âm thanh không có tiếng. Hãy kiểm tra micrô rồi ghi lại.")
    if found.silent > LONGEST_SILENCE_SECONDS:
        raise UnfitSound(f"Tệp âm thanh có đoạn im lặng dài {found.silent:.0f} giây. Hãy cắt bỏ đoạn đó.")
    if found.clipped_share > MOST_CLIPPED:
        raise UnfitSound("Tệp âm thanh bị vỡ tiếng. Hãy ghi lại, để micrô xa hơn hoặc âm lượng nhỏ hơn.")


def form_of(head: bytes) -> str:
    """Return the format of a file by its first HEAD bytes; raises UnknownSoundFormat if it is no sound."""
    for mark, form in _MARKS:
        if head.startswith(mark):
            return form
    if head[4:8] in _BOXES:
        return "m4a"
    if len(head) > 1 and head[0] == 0xFF and head[1] & _MPEG_SYNC == _MPEG_SYNC:  # noqa: PLR2004 - eleven set bits
        return "mp3"
    raise UnknownSoundFormat(f"Đây không phải tệp âm thanh dùng được. {_ACCEPTED}")


def _converter() -> str:
    program = shutil.which("ffmpeg")
    if program is None:
        raise UnknownSoundFormat(
            "Máy chủ chưa có ffmpeg nên chưa đọc được tệp M4A. Hãy lưu lại tệp dưới dạng MP3 rồi tải lên."
        )
    return program


def converted(path: Path, scratch: Path) -> Path:
    """Convert the file to WAV; external references in it are not followed, and at most an hour is read."""
    out = scratch / "converted.wav"
    arguments = [
        *(_converter(), "-nostdin", "-y", "-v", "error", "-protocol_whitelist", "file", "-f", "mov"),
        *("-i", str(path), "-map", "0:a:0", "-t", str(LONGEST_SECONDS + 1), "-ac", "1", "-ar", "48000"),
        *("-c:a", "pcm_s16le", "-f", "wav", str(out)),
    ]
    try:
        subprocess.run(arguments, check=True, capture_output=True, timeout=_CONVERT_SECONDS)  # noqa: S603 - ours
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        raise UnknownSoundFormat(f"Tệp âm thanh bị hỏng, không giải mã được. {_ACCEPTED}") from failed
    return out
