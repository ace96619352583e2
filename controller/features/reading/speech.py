"""A text spoken into a file, without a station (`loa speak`)."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from controller.client.local_client import reading
from controller.errors import BadInput, StartFailed
from controller.features.areas.queries import top_area
from controller.features.imports.bulletin_files import TitledText, draft_of
from controller.features.lexicon.queries import words_for
from controller.model.wording import Words
from controller.settings import Settings
from controller.terminal.progress import Stages
from tts.codec import decode_mp3, write_sound
from tts.engines import engines_with
from tts.files import write_whole
from tts.marks import origin_in
from tts.normalization import check_text
from tts.normalization.checking import check_readings
from tts.recordings import RecordingStore
from tts.studio import Progress, RenderOrder, Studio

_SUFFIXES = (".wav", ".mp3", ".opus")
_STAGES = {
    "reading": "Đọc hiểu văn bản",
    "speaking": "Đọc thành tiếng (câu)",
    "mixing": "Ghép, cân âm lượng",
    "encoding": "Nén",
    "done": "Xong",
}


def speak_to_file(
    written: str, out: Path, *, engine: str | None, voice: str | None, issuer: str = "", readings: int = 1
) -> dict[str, Any]:
    """Speak a text with chime and closing into a .wav, .mp3 or .opus file; return its figures."""
    _check_place(out)
    check_text(written)
    check_readings(readings)
    settings = Settings()
    draft = draft_of(written)
    order = replace(_order(draft, settings, engine, voice), issuer=issuer, readings=readings)
    with tempfile.TemporaryDirectory(prefix="loa-speak-") as scratch, Stages() as stages:
        recordings = RecordingStore(Path(scratch))
        studio = Studio(
            settings.speech_cache_dir,
            recordings,
            workers=max(1, settings.speech_workers),
            engines=engines_with(settings.voices_dir),
        )
        studio.start()
        try:
            rendered = studio.render(order, lambda step: _show(stages, step))
        finally:
            studio.stop()
        _write(recordings.read(rendered.recording), out)
    return {
        "file": str(out),
        "text_sha256": rendered.text_sha256,
        "text_characters": rendered.text_characters,
        "spoken_text_characters": len(rendered.spoken_text),
        "seconds": round(rendered.duration_ms / 1000, 3),
        "engine": rendered.engine,
        "fallback_reason": rendered.fallback_reason,
        "loudness_lufs": rendered.loudness_lufs,
        "true_peak_dbtp": rendered.true_peak_dbtp,
        "phrases": rendered.phrases,
        "phrases_cached": rendered.phrases_cached,
    }


def _order(draft: TitledText, settings: Settings, engine: str | None, voice: str | None) -> RenderOrder:
    return RenderOrder(
        title=draft.title,
        text=draft.text,
        engine=engine or settings.engine,
        voice=voice if voice is not None else settings.voice,
        rate=settings.rate,
        fallback=settings.fallback_engine or None,
        loudness_lufs=settings.loudness_lufs,
        true_peak_dbtp=settings.true_peak_dbtp,
        bitrate_kbps=settings.bitrate_kbps,
        region=settings.region,
        register=settings.reading_register,
        words=_words_taught(),
    )


def _words_taught() -> Words:
    """Return the province's words, or none where there is no station yet."""
    try:
        with reading() as session:
            return words_for(session, top_area(session).code)
    except StartFailed:
        return ()


def _check_place(out: Path) -> None:
    """Refuse a file that cannot be written, before minutes of work."""
    if out.suffix.lower() not in _SUFFIXES:
        sentence = f"Không ghi được «{out.name}»: chỉ ghi được tệp .wav, .mp3 hoặc .opus."
        raise BadInput(sentence, code="sound.format")
    if not out.parent.is_dir():
        raise BadInput(f"Không có thư mục «{out.parent}» để ghi tệp.", code="sound.no_folder")


def _show(stages: Stages, step: Progress) -> None:
    stages.show(_STAGES[step.stage], step.done, step.total)


def _write(mp3: bytes, out: Path) -> None:
    if out.suffix.lower() == ".mp3":
        write_whole(out, mp3)
        return
    samples, rate = decode_mp3(mp3)
    write_sound(out, samples, rate, origin_in(mp3))
