"""The settings file of a Piper voice (its `.onnx.json`), and how phonemes become the model's numbers.

Source of the format: the settings that Piper's own voices come with, version 1.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tts.errors import BadVoice, EngineFailed

_PAD, _BEGIN, _END = "_", "^", "$"
_ESPEAK_VOICE = re.compile(r"[A-Za-z][A-Za-z0-9+_-]{0,39}")
_KINDS = ("espeak", "text")
_RATES = range(8_000, 48_001)
_MOST_SPEAKERS = 2_000
_NEEDED = frozenset({"Ll", "Lo", "Lu", "Nd"})
"""Categories of sounds and of tone figures: without one of them another word would be heard."""


@dataclass(frozen=True, slots=True)
class PiperConfig:
    """What speaking needs to know of a voice; scales are as the model's makers chose them."""

    sample_rate: int
    espeak_voice: str
    """Voice of espeak-ng that writes the phonemes; "" where the model reads letters."""
    ids: Mapping[str, tuple[int, ...]]
    replaced: Mapping[str, tuple[str, ...]]
    noise: float
    length: float
    noise_of_lengths: float
    speakers: Mapping[str, int]
    """Numbers of the speakers by name; empty where the model has one."""
    title: str


def parse_config(content: bytes) -> PiperConfig:
    """Read a settings file; raises BadVoice."""
    try:
        told = json.loads(content.decode("utf-8"))
        config = _config(told)
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        raise BadVoice(
            "Tệp thiết lập của giọng (.onnx.json) bị hỏng hoặc không phải của giọng Piper. "
            "Chưa có gì được thêm; hãy tải lại tệp."
        ) from broken
    if told.get("phoneme_type", "espeak") not in _KINDS:
        raise BadVoice(f"Giọng này cần cách phiên âm «{told['phoneme_type']}» mà Loa không có.")
    return config


def ids_of(phonemes: str, config: PiperConfig) -> list[int]:
    """The model's numbers for phonemes, padded as in its training; raises EngineFailed for unknown sounds."""
    pad = config.ids[_PAD]
    numbers = [*config.ids[_BEGIN], *pad]
    for written in unicodedata.normalize("NFD", phonemes):
        for symbol in config.replaced.get(written, (written,)):
            known = config.ids.get(symbol)
            if known is not None:
                numbers += [*known, *pad]
            elif unicodedata.category(symbol[:1] or " ") in _NEEDED:
                raise EngineFailed(f"Giọng đọc không có âm “{symbol}”. Hãy chọn giọng khác.")
    return [*numbers, *config.ids[_END]]


def _config(told: Mapping[str, Any]) -> PiperConfig:
    ids = {str(symbol): tuple(map(int, numbers)) for symbol, numbers in told["phoneme_id_map"].items()}
    if not {_PAD, _BEGIN, _END} <= ids.keys():
        raise ValueError("no marks of beginning, end and rest")
    rate = int(told["audio"]["sample_rate"])
    speakers = int(told.get("num_speakers", 1))
    if rate not in _RATES or not 1 <= speakers <= _MOST_SPEAKERS:
        raise ValueError("a sample rate or a number of speakers that cannot be")
    by_letters = told.get("phoneme_type", "espeak") == "text"
    espeak_voice = "" if by_letters else str(told["espeak"]["voice"])
    if not by_letters and not _ESPEAK_VOICE.fullmatch(espeak_voice):
        raise ValueError("a name of an espeak-ng voice that cannot be")
    chosen = told.get("inference", {})
    return PiperConfig(
        sample_rate=rate,
        espeak_voice=espeak_voice,
        ids=ids,
        replaced={key: tuple(map(str, to)) for key, to in (told.get("phoneme_map") or {}).items()},
        noise=float(chosen.get("noise_scale", 0.667)),
        length=float(chosen.get("length_scale", 1.0)),
        noise_of_lengths=float(chosen.get("noise_w", 0.8)),
        speakers=_speakers(told, speakers),
        title=_title(told),
    )


def _speakers(told: Mapping[str, Any], count: int) -> dict[str, int]:
    if count == 1:
        return {}
    named = {str(name): int(number) for name, number in (told.get("speaker_id_map") or {}).items()}
    return named or {str(number): number for number in range(count)}


def _title(told: Mapping[str, Any]) -> str:
    language = (told.get("language") or {}).get("name_native") or (told.get("espeak") or {}).get("voice", "")
    return " ".join(filter(None, ["Giọng thêm", str(told.get("dataset") or ""), f"({language})"]))
