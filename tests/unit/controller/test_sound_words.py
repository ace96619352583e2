from dataclasses import replace

import pytest

from controller.features.editorial.sound_words import judged
from tts.found import Found

FINE = Found("mp3", 95.0, -20.0, -3.0, 0.4, 0.0)


def test_a_sound_as_it_should_be_has_no_warning():
    assert [one.is_fine for one in judged(FINE)] == [True] * 4
    assert judged(FINE)[0].sentence == "1 phút 35 giây"
    assert not any("dB" in one.sentence for one in judged(FINE))


@pytest.mark.parametrize(
    ("change", "what", "words"),
    [
        ({"seconds": 1200.0}, "Độ dài", "20 phút"),
        ({"level_dbfs": -41.0}, "Độ to", "Quá nhỏ. Hệ thống tự nâng lên"),
        ({"level_dbfs": -5.0}, "Độ to", "Rất to"),
        ({"clipped_share": 0.1}, "Vỡ tiếng", "Có, ở 10% chỗ to"),
        ({"silent_seconds": 6.0}, "Đoạn im lặng", "dài 6 giây"),
    ],
)
def test_each_fault_is_said_by_its_own_check(change, what, words):
    (wrong,) = [one for one in judged(replace(FINE, **change)) if not one.is_fine]
    assert wrong.what == what
    assert words in wrong.sentence
    assert wrong.tone == "warn"
