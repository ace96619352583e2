"""Voices on this machine: what `loa voice` does, and the list of `loa speak --list-voices`."""

import re
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from controller.errors import BadInput, NotFound
from controller.host.file_fetch import fetch, is_address
from controller.settings import Settings
from tts.engines import Engine, engines_with, make_engine
from tts.engines.piper import PiperEngine
from tts.engines.piper_config import parse_config
from tts.engines.voice_files import (
    VoiceRecord,
    digest_of,
    drop_voice,
    files_of,
    keep_voice,
    taken_name,
    voice_name,
    voice_record,
    voice_records,
    write_record,
)
from tts.engines.voice_trial import VoiceFigures, try_voice
from tts.errors import BadVoice, SpeechError
from tts.files import drafting, room_needed

MOST_MODEL_BYTES = 400_000_000
"""The largest voices of this kind have 120 MB; more would not fit into a worker's memory."""
MOST_CONFIG_BYTES = 1_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SETTINGS_SUFFIX = ".json"
_NETWORK = {"gtts": "Cần mạng khi đọc; chưa thử kết nối."}


def add_voice(
    source: str, config: str | None, sha256: str | None, name: str | None
) -> tuple[VoiceRecord, VoiceFigures]:
    """Add a voice by file or address, and measure it; it is there when it has spoken, else nothing is.

    Raises BadVoice, BadInput, NotFetched or NoSpace.
    """
    wanted = _digest(sha256)
    name = voice_name(name or _stem(source))
    folder = Settings().voices_dir
    if (folder / name).exists():
        raise taken_name(name)
    with drafting(folder) as draft:
        (draft / name).mkdir()
        model, settings = files_of(draft, name)
        _bring(source, model, MOST_MODEL_BYTES)
        _check_digest(model, wanted)
        _bring(config or _beside(source), settings, MOST_CONFIG_BYTES)
        record = VoiceRecord(
            name=name,
            title=parse_config(settings.read_bytes()).title,
            sha256=digest_of(model),
            config_sha256=digest_of(settings),
            size=model.stat().st_size,
            source=source,
        )
        write_record(draft, record)
        with tempfile.TemporaryDirectory(dir=draft) as scratch:
            figures = try_voice(draft, name, Path(scratch))
        keep_voice(draft, folder, name)
    return record, figures


def remove_voice(name: str) -> None:
    """Remove an added voice; raises NotFound. Recordings that it made stay."""
    folder = Settings().voices_dir
    if voice_record(folder, name) is None:
        raise NotFound(f"Không có giọng nào được thêm với tên «{name}».", code="voice.unknown")
    drop_voice(folder, name)


def added_voices() -> list[dict[str, Any]]:
    """Return the details of each added voice."""
    return [asdict(record) for record in voice_records(Settings().voices_dir)]


def known_voices(engine: str | None) -> list[dict[str, Any]]:
    """Every voice of one engine, or of all: engine, name, title, whether it works here, and why not."""
    settings = Settings()
    engines = engines_with(settings.voices_dir)
    if engine is not None and engine not in engines:
        raise BadInput(
            f"Không có bộ đọc «{engine}». Các bộ đọc: {', '.join(engines)}.", code="engine.unknown"
        )
    prepared = settings.speech_cache_dir / "prepared"
    return [
        voice
        for name, path in engines.items()
        if engine in (None, name)
        for voice in _voices_of(name, make_engine(path, prepared))
    ]


def _voices_of(name: str, engine: Engine | PiperEngine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for voice in engine.voices:
        try:
            if isinstance(engine, PiperEngine):
                engine.prepare_voice(voice.name)
            else:
                engine.prepare()
            works, note = True, _NETWORK.get(name)
        except SpeechError as error:
            works, note = False, error.sentence
        shown = {"engine": name, "name": voice.name, "title": voice.title, "works": works, "note": note}
        found.append(shown)
    return found


def _digest(given: str | None) -> str | None:
    if given is None:
        return None
    digest = given.strip().lower()
    if not _DIGEST.fullmatch(digest):
        raise BadInput("Mã SHA-256 phải gồm đúng 64 chữ số thập lục phân.", code="voice.digest")
    return digest


def _check_digest(model: Path, wanted: str | None) -> None:
    found = digest_of(model)
    if wanted is not None and found != wanted:
        raise BadVoice(
            f"Tệp giọng đọc không đúng mã SHA-256: cần {wanted}, tệp có {found}. Chưa có gì được thêm."
        )


def _stem(source: str) -> str:
    name = unquote(urlsplit(source).path).rpartition("/")[2] if is_address(source) else Path(source).name
    return name.removesuffix(".onnx")


def _beside(source: str) -> str:
    """Return the usual location of a voice's settings: next to the model, with the suffix .json."""
    if not is_address(source):
        return source + _SETTINGS_SUFFIX
    parts = urlsplit(source)
    return urlunsplit(parts._replace(path=parts.path + _SETTINGS_SUFFIX))


def _bring(source: str, place: Path, most_bytes: int) -> None:
    if is_address(source):
        fetch(source, place, most_bytes=most_bytes)
        return
    file = Path(source)
    try:
        if not file.is_file():
            raise BadInput(f"Không tìm thấy tệp «{source}».", code="voice.no-file")
        if file.stat().st_size > most_bytes:
            raise BadInput(
                f"Tệp «{source}» lớn hơn {most_bytes // 1_000_000} MB nên không phải giọng đọc.",
                code="voice.too-large",
            )
        with room_needed():
            shutil.copyfile(file, place)
    except PermissionError as refused:
        raise BadInput(f"Không được phép đọc tệp «{source}».", code="voice.unreadable") from refused
