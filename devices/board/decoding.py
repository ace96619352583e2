"""A recording as samples: decoded as it is played, from any place; docs/protocol.md, "Playing"."""

import io
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numpy is loaded when the first recording is decoded
    from numpy.typing import NDArray
    from soundfile import SoundFile

LOUDEST = 32767


class Undecodable(Exception):  # noqa: N818 - named by what is the case
    """The library cannot read these bytes."""


class Decoding:
    """One run through a recording. `place`: the sample that comes next, from the decoder's first one."""

    def __init__(self, content: bytes) -> None:
        """Open a recording; raise Undecodable."""
        import soundfile

        try:
            self._file = _straight()(io.BytesIO(content))
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise Undecodable(str(error)) from error
        self.rate = int(self._file.samplerate)
        self.length = int(self._file.frames)
        self.place = 0

    def seek(self, place: int) -> None:
        """Go to a sample; to the end if it lies beyond."""
        place = max(0, min(place, self.length))
        if place != self.place:
            self.place = place
            self._file.seek(place)

    def read(self, count: int, volume: int, follow: int = 0) -> bytes:
        """Return the next samples as 16-bit little-endian, fewer at the end.

        `volume`: percent, of the amplitude. `follow`: 1 leaves one sample out, -1 repeats one.
        """
        import numpy as np

        samples: NDArray[Any] = self._file.read(count + follow, dtype="float32", always_2d=True)[:, 0]
        self.place += len(samples)
        if len(samples) == count + follow:
            if follow > 0:
                samples = np.delete(samples, count // 2)
            elif follow < 0:
                samples = np.insert(samples, count // 2, samples[count // 2])
        loud = np.clip(samples * (volume / 100), -1, 1) * LOUDEST
        return bytes(loud.astype("<i2").tobytes())


@cache
def _straight() -> "type[SoundFile]":
    """Return a reader that goes on where it is.

    soundfile seeks after each reading of a file in which one can. Of an MP3 the frames before are then
    decoded anew, without the bits that they share with earlier ones: the decoder says so on stderr, 27,000
    lines in 45 minutes, and a third of the processor time is for nothing.
    """
    import soundfile

    class Straight(soundfile.SoundFile):  # type: ignore[misc]  # the library has no types
        def seekable(self) -> bool:
            return False

    return Straight


def codecs() -> tuple[str, ...]:
    """Return which codecs of the protocol this board's library decodes."""
    import soundfile

    known = {
        "mp3": "MP3" in soundfile.available_formats(),
        "opus": "OPUS" in soundfile.available_subtypes("OGG"),
    }
    return tuple(name for name, is_there in known.items() if is_there)
