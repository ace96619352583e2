"""Checks of an uploaded sound in words: each with its verdict and what to do better."""

from dataclasses import dataclass

from controller.http.signs import StatusTone
from controller.http.words import length_of_seconds, number
from tts.found import Found

QUIET_DBFS = -38.0
"""Of what is no pause: so soft a voice lies near the room's own noise, which is raised with it."""
LOUD_DBFS = -8.0
"""Speech at the right level has peaks twelve decibels above its mean."""
CLIPPED_SHARE = 0.02
LONG_SILENCE = 4.0
"""Seconds; listeners begin to think that it is over."""
LONG_SECONDS = 15 * 60
FORM_WORDS = {"mp3": "MP3", "wav": "WAV", "ogg": "OGG/Opus", "flac": "FLAC", "m4a": "M4A"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One check: what was looked at, what was found, and whether it is as it should be."""

    what: str
    sentence: str
    is_fine: bool

    @property
    def tone(self) -> StatusTone:
        """The colour beside the words."""
        return StatusTone.GOOD if self.is_fine else StatusTone.WARN


def judged(found: Found) -> tuple[Judged, ...]:
    """Return the checks of a sound that may be aired; what may not was refused when it came."""
    return (_length(found.seconds), _level(found), _clipping(found.clipped_share), _silence(found))


def _length(seconds: float) -> Judged:
    said = length_of_seconds(seconds)
    if seconds > LONG_SECONDS:
        return Judged(
            "Độ dài", f"{said}: dài hơn một buổi phát thường lệ; nên chia thành nhiều bản tin.", False
        )
    return Judged("Độ dài", said, True)


def _level(found: Found) -> Judged:
    if found.level_dbfs < QUIET_DBFS:
        return Judged(
            "Độ to", "Quá nhỏ. Hệ thống tự nâng lên, nhưng ồn cũng to theo. Nên ghi lại gần micrô hơn.", False
        )
    if found.level_dbfs > LOUD_DBFS:
        return Judged("Độ to", "Rất to. Hệ thống tự hạ xuống; hãy nghe xem có bị rè không.", False)
    return Judged("Độ to", "Vừa. Hệ thống tự cân cho bằng giọng đọc của đài.", True)


def _clipping(share: float) -> Judged:
    if share > CLIPPED_SHARE:
        return Judged(
            "Vỡ tiếng",
            f"Có, ở {number(100 * share)}% chỗ to. Hãy nghe lại; khó nghe thì ghi lại với âm lượng nhỏ hơn.",
            False,
        )
    return Judged("Vỡ tiếng", "Không.", True)


def _silence(found: Found) -> Judged:
    if found.silent_seconds > LONG_SILENCE:
        return Judged(
            "Đoạn im lặng",
            f"Có đoạn dài {number(found.silent_seconds)} giây; người nghe dễ tưởng đã hết. Nên cắt bớt.",
            False,
        )
    return Judged("Đoạn im lặng", "Không có đoạn nào quá dài.", True)
