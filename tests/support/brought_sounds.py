"""Sound files as people upload them: every format, loud, soft, damaged and silent; made by real encoders."""

import functools
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
import soxr

VOICE = Path(__file__).parents[2] / "docs" / "samples" / "nu-ban-ghi.opus"
RATE = 44_100
FORMS = {
    "wav": ("WAV", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "flac": ("FLAC", "PCM_16"),
}


@functools.cache
def _spoken():
    return soundfile.read(VOICE, dtype="float32")


def speech_like(seconds, strength=0.3, rate=RATE):
    """So many seconds of the offline voice, its highest peak at `strength`."""
    samples, own = _spoken()
    wanted = np.resize(samples, round(seconds * own))
    spoken = soxr.resample(wanted, own, rate)
    return (strength * spoken / np.abs(spoken).max()).astype(np.float32)


def packed(samples, form="wav", rate=RATE, channels=1):
    """The samples as a file of a form, on one or more channels."""
    out = BytesIO()
    kind, subtype = FORMS[form]
    soundfile.write(out, np.stack([samples] * channels, 1), rate, format=kind, subtype=subtype)
    return out.getvalue()


def opus(samples):
    """The samples as Opus in Ogg, as telephones record."""
    out = BytesIO()
    soundfile.write(out, samples, 48_000, format="OGG", subtype="OPUS")
    return out.getvalue()


def m4a(samples, folder):
    """The samples as AAC in MPEG-4, as telephones record; by ffmpeg, a program of the test's machine."""
    source, out = folder / "source.wav", folder / "tin.m4a"
    source.write_bytes(packed(samples))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-c:a", "aac", out], check=True, timeout=120)
    return out.read_bytes()
