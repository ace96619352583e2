"""Voices that somebody added: for each a folder with its model, its settings and a record of their digests.

docs: operator, "loa voice add". A voice is there whole or not at all: its folder is renamed into place.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from tts.errors import BadVoice
from tts.files import LEFTOVER, drafting, write_whole

MODEL, CONFIG = "model.onnx", "model.onnx.json"
_RECORD = "voice.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class VoiceRecord:
    """What is known of an added voice; digests are SHA-256 in hexadecimal digits, `size` is in bytes."""

    name: str
    title: str
    sha256: str
    config_sha256: str
    size: int
    source: str


def voice_name(wanted: str) -> str:
    """The name by which a voice is kept; raises BadVoice for one that cannot be."""
    name = wanted.strip().lower()
    if not _NAME.fullmatch(name) or name.endswith(LEFTOVER):
        raise BadVoice(
            f"Tên giọng «{wanted}» không dùng được. Hãy đặt tên bằng chữ thường không dấu, chữ số, "
            "dấu chấm hoặc gạch."
        )
    return name


def digest_of(file: Path) -> str:
    """SHA-256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def files_of(folder: Path, name: str) -> tuple[Path, Path]:
    """Where the model and the settings of a voice lie."""
    return folder / name / MODEL, folder / name / CONFIG


def voice_record(folder: Path, name: str) -> VoiceRecord | None:
    """The record of one voice, or None where there is no voice of that name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        record = VoiceRecord(**json.loads((folder / name / _RECORD).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.name == name else None


def voice_records(folder: Path) -> tuple[VoiceRecord, ...]:
    """The added voices, by name; what is no voice is passed over."""
    names = sorted(place.parent.name for place in folder.glob(f"*/{_RECORD}"))
    return tuple(record for name in names if (record := voice_record(folder, name)))


def write_record(folder: Path, record: VoiceRecord) -> None:
    """Write down what is known of a voice whose files are in place; raises NoSpace."""
    told = json.dumps(asdict(record), ensure_ascii=False, indent=2)
    write_whole(folder / record.name / _RECORD, told.encode())


def keep_voice(draft: Path, folder: Path, name: str) -> None:
    """Move a voice that is whole from the draft into the folder; raises BadVoice where the name is taken."""
    try:
        (draft / name).rename(folder / name)
    except OSError as taken:
        if not (folder / name).exists():
            raise
        raise taken_name(name) from taken


def drop_voice(folder: Path, name: str) -> None:
    """Remove a voice; a worker that has loaded it ends its phrase."""
    with drafting(folder) as draft:
        (folder / name).rename(draft / name)


def taken_name(name: str) -> BadVoice:
    """The error for a voice that is there already."""
    return BadVoice(
        f"Đã có giọng tên «{name}». Hãy chọn tên khác bằng --name, hoặc xóa giọng cũ bằng "
        f"«loa voice remove {name}»."
    )
