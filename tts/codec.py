"""Encodes samples to files and decodes them: MP3 by LAME, all other formats by libsndfile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts.errors import SpeechError
from tts.files import write_whole
from tts.marks import Origin, comment_of, id3_of

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

CODEC = "mp3"
SAMPLE_RATE = 24_000
"""Of every recording: a horn loudspeaker reproduces nothing of speech above 12 kHz."""
BITRATE_KBPS = 48
_LAME_QUALITY = 7
"""No noise shaping, inaudible through a horn: 2.5 times as fast as quality 5, and closer to the input."""
FULL_SCALE = 32_767
_BLOCK = 1 << 18
_READ = 15 * 60 * SAMPLE_RATE
"""Samples decoded in one call: the reader seeks after each call, and its MP3 decoder then logs to stderr."""
_OPUS_RATES = frozenset({8_000, 12_000, 16_000, 24_000, 48_000})
_OPUS_BEST = 48_000
OPUS, OPUS_SAMPLE_RATE = "opus", 48_000
"""What a decoder of Opus gives, whatever rate went in."""
MP3_DELAY = 1_105
"""Samples of encoder and decoder delay in front of an MP3 of LAME."""
_OPUS_LEAST_KBPS, _OPUS_RANGE_KBPS = 6.3, 253.4
"""libsndfile's level 1, and from there to level 0: measured on 140 s of speech of 24 kHz, mono."""


class UnknownSoundFormat(SpeechError):  # noqa: N818 - the names of speech errors say what happened
    """The file's suffix names no format that can be written, or the bytes hold no sound."""

    code = "sound.format"
    text = "Chỉ ghi được tệp .wav, .mp3 hoặc .opus. Hãy đổi phần đuôi của tên tệp."


def as_whole(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Samples within -1..1 as whole numbers of 16 bits."""
    import numpy as np

    return np.rint(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype("<i2")


def encode_mp3(blocks: Iterable[NDArray[np.float32]], sample_rate: int, bitrate_kbps: int) -> bytes:
    """Mono MP3 at a constant bit rate; the same blocks always give the same bytes."""
    import lameenc

    encoder = lameenc.Encoder()
    encoder.set_bit_rate(bitrate_kbps)
    encoder.set_in_sample_rate(sample_rate)
    encoder.set_out_sample_rate(sample_rate)
    encoder.set_channels(1)
    encoder.set_quality(_LAME_QUALITY)
    encoder.silence()
    packed = bytearray()
    for block in blocks:
        packed += encoder.encode(as_whole(block).tobytes())
    packed += encoder.flush()
    return bytes(packed)


def encode_opus(
    blocks: Iterable[NDArray[np.float32]], sample_rate: int, bitrate_kbps: int, origin: Origin
) -> bytes:
    """Mono Ogg Opus of about this bit rate, with as much silence in front as an MP3 has of codec delay.

    So a node that plays it and one that plays the MP3 of the same blocks sound together.
    """
    import numpy as np
    import soundfile

    level = 1 - (bitrate_kbps - _OPUS_LEAST_KBPS) / _OPUS_RANGE_KBPS
    packed = BytesIO()
    kind = {"subtype": "OPUS", "format": "OGG", "compression_level": level}
    with soundfile.SoundFile(packed, "w", sample_rate, 1, **kind) as out:
        if comment := comment_of(origin):
            out.comment = comment
        out.write(np.zeros(MP3_DELAY, np.float32))
        for block in blocks:
            out.write(block)
    return packed.getvalue()


def decode_mp3(content: bytes) -> tuple[NDArray[np.float32], int]:
    """The samples (mono float32) and their rate; raises UnknownSoundFormat for bytes that are no sound."""
    import numpy as np

    with _opened(content) as (blocks, sample_rate):
        return np.concatenate([np.zeros(0, np.float32), *blocks]), sample_rate


def decoded_blocks(content: bytes) -> Iterator[NDArray[np.float32]]:
    """Yield the decoded samples in pieces, so that a long recording is never completely in memory."""
    with _opened(content) as (blocks, _):
        yield from blocks


@contextmanager
def _opened(content: bytes) -> Iterator[tuple[Iterator[NDArray[np.float32]], int]]:
    import soundfile

    try:
        with soundfile.SoundFile(BytesIO(content)) as opened:
            yield _mono(opened), opened.samplerate
    except soundfile.LibsndfileError as damaged:
        raise UnknownSoundFormat("Tệp âm thanh bị hỏng, không giải mã được.") from damaged


def _mono(opened: Any) -> Iterator[NDArray[np.float32]]:
    import numpy as np

    while len(read := opened.read(_READ, dtype="float32", always_2d=True)):
        for begin in range(0, len(read), _BLOCK):
            yield np.asarray(read[begin : begin + _BLOCK].mean(axis=1), np.float32)


def write_sound(path: Path, samples: NDArray[np.float32], sample_rate: int, origin: Origin) -> None:
    """Write mono samples as .wav, .mp3 or .opus by the path's suffix, marked, whole or not at all.

    Raises UnknownSoundFormat for another suffix and NoSpace when the disk is full.
    """
    match path.suffix.lower():
        case ".wav":
            content = _by_libsndfile(samples, sample_rate, "WAV", "PCM_16", origin)
        case ".mp3":
            content = id3_of(origin) + encode_mp3([samples], sample_rate, BITRATE_KBPS)
        case ".opus":
            content = _opus(samples, sample_rate, origin)
        case _:
            raise UnknownSoundFormat
    write_whole(path, content)


def _opus(samples: NDArray[np.float32], sample_rate: int, origin: Origin) -> bytes:
    if sample_rate not in _OPUS_RATES:
        import soxr

        samples, sample_rate = soxr.resample(samples, sample_rate, _OPUS_BEST), _OPUS_BEST
    return _by_libsndfile(samples, sample_rate, "OGG", "OPUS", origin)


def _by_libsndfile(
    samples: NDArray[np.float32], sample_rate: int, kind: str, subtype: str, origin: Origin
) -> bytes:
    import soundfile

    packed = BytesIO()
    with soundfile.SoundFile(packed, "w", sample_rate, 1, subtype=subtype, format=kind) as out:
        if comment := comment_of(origin):
            out.comment = comment
        for begin in range(0, len(samples), _BLOCK):
            out.write(samples[begin : begin + _BLOCK])
    return packed.getvalue()
