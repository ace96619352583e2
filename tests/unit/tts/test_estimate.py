"""The estimate of a text's length; `test_offline_voice.py` compares it with real recordings."""

import pytest

from tts.estimate import CHIMES_MS, estimated_ms
from tts.sounds import closing_chime, opening_chime

_POWER = """Điện lực Diên Khánh thông báo: từ 7h đến 16h ngày 28/11, ngừng cấp điện các thôn 1, 2, 3
xã Diên Lạc để thay dây. Mọi thắc mắc xin gọi 19001909.""".replace("\n", " ")
_DENSE = """UBND xã Diên Lạc thông báo: từ 1/12/2026 đến 15/12/2026, CA xã phối hợp TYT cấp CCCD, khám SK
cho NCT tại NVH thôn 2 (7h30-10h30 và 14h-16h30). Hộ nghèo được hỗ trợ 1.500.000 đồng/hộ; hộ cận nghèo 750.000
đồng. LH: 0258.3822.222 hoặc 0905.112.233 (đ/c Lan, CC VH-XH).""".replace("\n", " ")


# as the default voice spoke them on 29 and 27 November 2026, framed, milliseconds
@pytest.mark.parametrize(
    ("title", "text", "spoken_ms"),
    [("Thông báo cắt điện", _POWER, 34_512), ("Thông báo số 12/TB-UBND", _DENSE, 63_816)],
)
def test_figures_and_initials_count_as_the_words_that_are_said_for_them(title, text, spoken_ms):
    assert estimated_ms(title, text) == pytest.approx(spoken_ms, rel=0.1)


def test_a_text_that_is_read_twice_sounds_nearly_twice_as_long():
    once, twice = (estimated_ms("", "Mời bà con đi họp thôn. " * 20, readings=times) for times in (1, 2))
    assert twice - CHIMES_MS == pytest.approx(2 * (once - CHIMES_MS), rel=0.1)


def test_nothing_to_say_takes_no_time():
    assert estimated_ms("Tiêu đề", " ") == 0


def test_the_end_of_a_long_text_is_taken_to_be_like_its_beginning():
    text = "Mời bà con đi họp thôn. "
    short, long = estimated_ms("", text * 300), estimated_ms("", text * 3000)
    assert long == pytest.approx(10 * short, rel=0.02)


def test_the_chimes_are_as_long_as_they_are_taken_to_be():
    rate = 1000  # samples a second: one each millisecond
    assert len(opening_chime(rate)) + len(closing_chime(rate)) == pytest.approx(CHIMES_MS, rel=0.1)
