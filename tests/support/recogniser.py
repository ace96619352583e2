"""How much of a spoken sentence a Vietnamese recogniser understands."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

HEARS_AT = 16_000
SENTENCES = (
    "Ủy ban nhân dân xã mời bà con đến nhà văn hóa thôn vào lúc bảy giờ tối thứ bảy.",
    "Người dân cần mang theo căn cước công dân khi làm thủ tục hành chính.",
    "Nghiêm cấm mọi hành vi chặt phá rừng và săn bắt động vật hoang dã.",
    "Trẻ em có quyền được đi học và được chăm sóc sức khỏe.",
    "Từ ngày mùng một tháng bảy, mức lương tối thiểu tăng thêm sáu phần trăm.",
    "Bão số ba đang tiến gần bờ, tàu thuyền không được ra khơi.",
    "Đề nghị các hộ gia đình phân loại rác tại nguồn trước khi thu gom.",
    "Tòa án nhân dân tỉnh xét xử công khai vụ án vào sáng thứ hai tuần sau.",
    "Vợ chồng bình đẳng với nhau, có quyền và nghĩa vụ ngang nhau về mọi mặt trong gia đình.",
    "Ai phát hiện cháy rừng phải báo ngay cho kiểm lâm hoặc gọi số một một bốn.",
    "Hồ sơ đăng ký kết hôn được nộp tại bộ phận một cửa của xã.",
    "Cử tri có thể gửi ý kiến bằng văn bản đến hội đồng nhân dân trước ngày hai mươi.",
)
"""Legal and civic sentences in spoken form, none of which was used to tune the voice."""

_MARK = "[\u0300\u0301\u0303\u0309\u0323]"


@cache
def _pipeline() -> Any:
    import vietasr

    return vietasr.Pipeline.new().add("vietasr").build()


def heard(samples: NDArray[np.float32], sample_rate: int) -> str:
    """What the recogniser understood of one sentence (long recordings lose their beginning)."""
    at_16k = soxr.resample(samples, sample_rate, HEARS_AT)
    padded = np.pad(at_16k, (int(0.3 * HEARS_AT), int(0.5 * HEARS_AT)))
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "sentence.wav"
        soundfile.write(file, np.clip(padded, -1, 1), HEARS_AT, subtype="PCM_16")
        return str(_pipeline().transcribe(str(file)).text)


def word_errors(pairs: Iterable[tuple[str, str]]) -> float:
    """Pooled word error rate over (said, heard) pairs; case, punctuation and tone place are ignored."""
    said, understood = zip(*((_plain(a), _plain(b)) for a, b in pairs), strict=True)
    return float(jiwer.wer(list(said), list(understood)))


def standard_error(pairs: Iterable[tuple[str, str]]) -> float:
    """Of the pooled word error rate, were the (said, heard) pairs drawn anew; needs two pairs.

    That of a ratio of sums: how far each sentence's errors are from what its length explains.
    """
    judged = [jiwer.process_words(_plain(a), _plain(b)) for a, b in pairs]
    wrong = np.array([one.substitutions + one.deletions + one.insertions for one in judged])
    words = np.array([one.hits + one.substitutions + one.deletions for one in judged])
    beyond = wrong - words * wrong.sum() / words.sum()
    return float(np.sqrt((beyond**2).sum() * len(judged) / (len(judged) - 1)) / words.sum())


def character_errors(pairs: Iterable[tuple[str, str]]) -> float:
    """Pooled character error rate, likewise; a tone mark counts as a character of its own."""
    said, understood = zip(*((_plain(a), _plain(b)) for a, b in pairs), strict=True)
    return float(jiwer.cer(list(said), list(understood)))


def _plain(text: str) -> str:
    """Lower-case words with the tone mark moved to the end of each, so that hoà equals hòa."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text.lower()))
    return " ".join(_tone_last(word) for word in words)


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return re.sub(_MARK, "", letters) + "".join(re.findall(_MARK, letters))
