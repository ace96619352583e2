"""Orders to the studio, and their results."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tts.normalization import Region, Register
from tts.recordings import RecordingId

Stage = Literal["reading", "speaking", "mixing", "encoding", "done"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A part of a programme that is read out: its issuer, its title, and the text as often as asked.

    `words`: what is read otherwise in this part alone, written and spoken.
    """

    text: str
    title: str = ""
    issuer: str = ""
    readings: int = 1
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sounding:
    """A part of a programme that is a recording or an uploaded file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Chimed:
    """The chime of the station: at the beginning the opening one, at the end the closing one."""

    closing: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """A rest between two parts."""

    milliseconds: int


Part = Spoken | Sounding | Chimed | Silent


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """A bulletin to be spoken, or a programme of `parts`; the same order always makes the same recording."""

    title: str
    text: str
    engine: str = "loa"
    voice: str = ""
    """A voice of the engine; "" is its first one."""
    rate: float = 1.0
    """Times the natural tempo, 0.5 to 2."""
    fallback: str | None = None
    """The engine that speaks when `engine` cannot."""
    loudness_lufs: float = -16.0
    true_peak_dbtp: float = -1.0
    bitrate_kbps: int = 48
    opus_kbps: int = 0
    """Of a rendition in Opus beside the MP3; 0: none."""
    framed: bool = True
    """With chimes, spoken issuer and title and closing words; without, the text alone."""
    issuer: str = ""
    """Issuing office, spoken before the title unless the title begins with it; "" is not spoken."""
    readings: int = 1
    """How many times the text is read, 1 to 3, with "Xin nhắc lại." in between."""
    parts: tuple[Part, ...] = ()
    """Of a programme, in their order; its title and text are then for people alone."""
    words: tuple[tuple[str, str], ...] = ()
    """The province's pronunciations, written and spoken; they take precedence over the built-in lists."""
    region: Region = "north"
    """Region of the number words."""
    register: Register = "radio"
    """As an announcer says it, or all that is written."""
    opening: Path | None = None
    """A sound file of 1 to 15 s that is heard in place of the built-in opening chime."""
    closing: Path | None = None
    """Likewise in place of the closing chime."""
    alert: bool = False
    """Whether the alert tone is heard in place of the opening chime, and nothing after the words."""
    rests: float = 1.0
    """Times the usual rests after clauses, sentences and paragraphs, 1 to 2: 2 s of silence are a fault."""
    phrase: int | None = None
    """Only this phrase of `text`, which is spoken text already; as it sounds inside the whole."""
    urgent: bool = False
    """Before all orders that are not."""


@dataclass(frozen=True, slots=True)
class LevelOrder:
    """An uploaded file, to be processed to the loudness and clearness of speech."""

    title: str
    text: str
    """Its author's description of what is said in it."""
    brought: Path
    alert: bool = False
    """Whether the alert tone of emergencies is heard before it."""
    loudness_lufs: float = -16.0
    true_peak_dbtp: float = -1.0
    bitrate_kbps: int = 48
    opus_kbps: int = 0
    """Of a rendition in Opus beside the MP3; 0: none."""
    urgent: bool = False
    """Before all orders that are not."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a render has come: `done` of `total` steps of the stage."""

    stage: Stage
    done: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished recording; loudness and true peak are measured on the decoded MP3."""

    recording: RecordingId
    size: int
    duration_ms: int
    codec: str
    sample_rate: int
    engine: str
    """The engine that was used."""
    fallback_reason: str | None
    """Why the ordered engine was not used (Vietnamese)."""
    loudness_lufs: float
    true_peak_dbtp: float
    text_characters: int
    spoken_text: str
    phrases: int
    phrases_cached: int
    text_sha256: str
    opus: RecordingId | None = None
    """The same sound in Ogg Opus, if it was ordered."""
