"""The voices of each engine by name; loads no library of sound, so that the station may ask."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tts.engines import Voice
from tts.engines.piper_config import PiperConfig, parse_config
from tts.engines.voice_files import VoiceRecord, files_of, voice_records
from tts.errors import BadVoice, EngineUnavailable

BUILT_IN_VOICES: Final[Mapping[str, tuple[Voice, ...]]] = {
    "loa": (
        Voice("jf_nezumi", "Giọng nữ"),
        Voice("jm_kumo", "Giọng nam"),
        Voice("jf_gongitsune", "Giọng nữ, ấm hơn"),
    ),
    "gtts": (Voice("vi", "Google (cần mạng)"),),
    "espeak": (Voice("vi+f3", "Giọng máy (dự phòng)"),),
}
"""Of each engine, the one that is used when none is named first."""
OFFLINE: Final = frozenset({"loa", "piper"})
"""Engines that speak on this machine with a voice that people understand well."""
SPEAKER: Final = ":"
"""Between a model's name and one of its speakers."""


def voices_of(folder: Path, record: VoiceRecord) -> tuple[Voice, ...]:
    """Return the voices of an added model; of one with several speakers each is `name:speaker`.

    Raises EngineUnavailable where its settings are not those that were added.
    """
    speakers = config_of(folder, record).speakers
    named = tuple(Voice(f"{record.name}{SPEAKER}{one}", f"{record.title}, {one}") for one in speakers)
    return named or (Voice(record.name, record.title),)


def usable_voices(folder: Path) -> Iterator[Voice]:
    """Yield the added voices whose settings are those that were added."""
    for record in voice_records(folder):
        with contextlib.suppress(EngineUnavailable):
            yield from voices_of(folder, record)


def config_of(folder: Path, record: VoiceRecord) -> PiperConfig:
    """Return the settings of an added voice; raises EngineUnavailable where they changed."""
    _, settings = files_of(folder, record.name)
    try:
        content = settings.read_bytes()
        if hashlib.sha256(content).hexdigest() != record.config_sha256:
            raise changed_voice(record)
        return parse_config(content)
    except (OSError, BadVoice) as broken:
        raise changed_voice(record) from broken


def changed_voice(record: VoiceRecord) -> EngineUnavailable:
    """Return the error for a voice whose files are not those that were added."""
    return EngineUnavailable(
        f"Tệp của giọng «{record.name}» không còn đúng mã SHA-256 đã ghi. Hãy xóa rồi thêm lại giọng này."
    )
