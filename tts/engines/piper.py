"""Engine "piper": voices that an operator added (docs: operator, "loa voice add").

A voice is a VITS model in ONNX with its settings, as Piper's are. Its phonemes come from espeak-ng, called as
a program of its own; the model runs in onnxruntime. Nothing of Piper itself is used.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts.engines import Sound, Voice
from tts.engines.offered import SPEAKER, changed_voice, config_of, voices_of
from tts.engines.pieces import pieces_of
from tts.engines.piper_config import PiperConfig, ids_of
from tts.engines.steady import steady_model
from tts.engines.voice_files import VoiceRecord, digest_of, files_of, voice_record, voice_records
from tts.errors import BadVoice, EngineFailed, EngineUnavailable

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 150
"""Characters that are spoken at once, up to 10 s: the model takes 20 MB more for each second."""
_PROGRAM = "espeak-ng"
_ESPEAK_SECONDS = 20.0
_JOIN_SECONDS = 0.12
_CLAUSE = re.compile(r"([^.,;:!?]+)([.,;:!?]?)")
_LANGUAGE_MARK = re.compile(r"\([a-z-]+\)")
"""espeak-ng writes (en)…(vi) around a word that it reads by another language's rules."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    record: VoiceRecord
    config: PiperConfig
    session: Any
    options: Any
    has_speakers: bool


class PiperEngine:
    """Engine "piper"; keeps the voice that spoke last in memory, about 200 MB."""

    name = "piper"

    def __init__(self, _prepared: Path, voices: Path | None = None) -> None:
        self._folder = voices
        self._loaded: _Loaded | None = None

    @property
    def version(self) -> str:
        """Changes with the files of any voice: a name may come back with another model."""
        digests = [f"{one.name} {one.sha256} {one.config_sha256}" for one in self._records()]
        return "1-" + hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The voices that are there now; one of a model with several speakers is `name:speaker`."""
        records = self._records()
        return tuple(one for each in records if self._folder for one in voices_of(self._folder, each))

    def prepare(self) -> None:
        """Load the first voice; raises EngineUnavailable when there is none, or espeak-ng is missing."""
        records = self._records()
        if not records:
            raise EngineUnavailable("Chưa có giọng nào được thêm. Hãy thêm bằng «loa voice add».")
        self.prepare_voice(records[0].name)

    def prepare_voice(self, voice: str) -> None:
        """Load one voice, its digests checked; nothing if it is loaded. Raises EngineUnavailable."""
        name = voice.partition(SPEAKER)[0]
        record = voice_record(self._folder, name) if self._folder else None
        if record is None or self._folder is None:
            raise EngineUnavailable(f"Không có giọng đọc “{name}”. Hãy chọn một giọng trong danh sách.")
        if self._loaded is None or self._loaded.record != record:
            self._loaded = None  # the memory of the one before goes first
            self._loaded = _load(self._folder, record)

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        """Say one phrase, clause by clause where it is long."""
        import numpy as np

        self.prepare_voice(voice)
        assert self._loaded is not None
        if not re.search(r"\w", phrase):
            raise EngineFailed
        rest = np.zeros(round(_JOIN_SECONDS * self._loaded.config.sample_rate), np.float32)
        parts: list[NDArray[np.float32]] = []
        for piece in pieces_of(phrase, LONGEST):
            if re.search(r"\w", piece):
                parts += [self._say(self._loaded, piece, voice.partition(SPEAKER)[2], rate), rest]
        return Sound(np.concatenate(parts[:-1]), self._loaded.config.sample_rate)

    def give_up(self, *, given_up: bool) -> None:
        """While set, the model that runs ends after the step that it is at."""
        if self._loaded is not None:
            self._loaded.options.terminate = given_up

    def _records(self) -> tuple[VoiceRecord, ...]:
        return voice_records(self._folder) if self._folder else ()

    def _say(self, loaded: _Loaded, piece: str, speaker: str, rate: float) -> NDArray[np.float32]:
        import numpy as np

        config = loaded.config
        numbers = ids_of(phonemes_of(piece, config.espeak_voice), config)
        fed: dict[str, Any] = {
            "input": np.array([numbers], np.int64),
            "input_lengths": np.array([len(numbers)], np.int64),
            "scales": np.array([config.noise, config.length / rate, config.noise_of_lengths], np.float32),
        }
        if loaded.has_speakers:
            fed["sid"] = np.array([config.speakers.get(speaker, 0)], np.int64)
        try:
            sound = loaded.session.run(None, fed, loaded.options)[0]
        except Exception as failed:
            raise EngineFailed from failed
        return np.clip(np.asarray(sound, np.float32).ravel(), -1.0, 1.0)


def phonemes_of(piece: str, espeak_voice: str) -> str:
    """Phonemes in IPA with the marks between clauses; the text itself where no voice of espeak-ng is named.

    Raises EngineUnavailable or EngineFailed.
    """
    if not espeak_voice:
        return piece
    said: list[str] = []
    for clause, mark in _CLAUSE.findall(piece):
        if re.search(r"\w", clause):
            said.append(_espoken(clause.strip(), espeak_voice) + mark)
    return " ".join(said)


def _espoken(clause: str, espeak_voice: str) -> str:
    command = [_espeak(), "-q", "--ipa", "-v", espeak_voice, "--stdin"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; the words go in by stdin
            command, input=clause.encode(), capture_output=True, check=True, timeout=_ESPEAK_SECONDS
        )
    except (subprocess.SubprocessError, OSError) as failed:
        raise EngineFailed(f"espeak-ng không phiên âm được bằng giọng «{espeak_voice}».") from failed
    said = " ".join(_LANGUAGE_MARK.sub("", done.stdout.decode("utf-8", "replace")).split())
    if not said:
        raise EngineFailed(f"espeak-ng không phiên âm được “{clause[:40]}”.")
    return said


def _espeak() -> str:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise EngineUnavailable("Giọng này cần chương trình espeak-ng để phiên âm. Hãy cài espeak-ng.")
    return program


def _load(folder: Path, record: VoiceRecord) -> _Loaded:
    config = config_of(folder, record)
    if config.espeak_voice:
        _espeak()
    model, _ = files_of(folder, record.name)
    try:
        if digest_of(model) != record.sha256:
            raise changed_voice(record)
        session = open_model(steady_model(model))
    except (OSError, BadVoice) as broken:
        raise changed_voice(record) from broken
    import onnxruntime

    has_speakers = "sid" in {given.name for given in session.get_inputs()}
    return _Loaded(record, config, session, onnxruntime.RunOptions(), has_speakers)


def open_model(content: bytes) -> Any:
    """A session that speaks with the model; raises BadVoice for a model of another kind."""
    try:
        import onnxruntime
    except ImportError as missing:
        raise EngineUnavailable from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as broken:
        raise BadVoice from broken
    given = {one.name for one in session.get_inputs()}
    if not {"input", "input_lengths", "scales"} <= given <= {"input", "input_lengths", "scales", "sid"}:
        raise BadVoice("Tệp ONNX này không phải giọng đọc kiểu Piper (VITS). Chưa có gì được thêm.")
    return session
