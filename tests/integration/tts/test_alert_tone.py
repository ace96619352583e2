"""What an alarm sounds like: in the finished recording, decoded, and as it arrives below a pole."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.alert_ear import begins_with_alert
from tests.support.brought_sounds import packed
from tests.support.sounds import tone
from tts.codec import decode_mp3
from tts.horn import through_horn
from tts.orders import LevelOrder, RenderOrder
from tts.phrases import PARAGRAPH_MS, SENTENCE_MS
from tts.recordings import RecordingStore
from tts.studio import Studio

TEXT = "Nước lũ đang lên nhanh. Đến ngay chỗ cao, không lội qua suối.\nNgắt cầu dao điện."
ORDER = RenderOrder("Khẩn cấp: lũ", TEXT, engine="tone")
ALARM = replace(ORDER, alert=True, rests=2.0)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    home = tmp_path_factory.mktemp("studio")
    voices = {"tone": "tests.support.tone_engine:ToneEngine"}
    made = Studio(home, RecordingStore(home / "recordings"), engines=voices, warm_engine=None, workers=1)
    made.start()
    yield made, RecordingStore(home / "recordings")
    made.stop()


def sounds(studio, order):
    maker, store = studio
    made = maker.level(order) if isinstance(order, LevelOrder) else maker.render(order)
    samples, rate = decode_mp3(store.path(made.recording).read_bytes())
    return made, np.asarray(samples, np.float32).reshape(len(samples), -1).mean(axis=1), rate


def test_an_alarm_begins_with_the_alert_tone_and_nothing_else_does(studio):
    _, alarm, rate = sounds(studio, ALARM)
    _, usual, _ = sounds(studio, ORDER)
    assert begins_with_alert(alarm, rate)
    assert not begins_with_alert(usual, rate)
    assert begins_with_alert(through_horn(alarm, rate), rate)  # below the pole, with echoes and noise


def test_the_alert_tone_is_as_loud_as_the_words(studio):
    made, alarm, rate = sounds(studio, ALARM)
    sweeps, words = alarm[: 5 * rate], alarm[round(5.5 * rate) :]
    level = [np.sqrt(np.mean(part[np.abs(part) > 0.01] ** 2)) for part in (sweeps, words)]
    assert level[0] > level[1]
    assert made.true_peak_dbtp <= -1.0
    assert made.loudness_lufs == pytest.approx(-16, abs=0.5)


def test_sound_that_was_brought_along_is_announced_by_it_too(studio, tmp_path):
    brought = tmp_path / "brought.wav"
    brought.write_bytes(packed(tone(500, 14.0, 0.3)))
    asked = LevelOrder("Lũ", "Lời báo động ghi sẵn.", brought, alert=True)
    made, alarm, rate = sounds(studio, asked)
    plain, usual, _ = sounds(studio, replace(asked, alert=False))
    assert begins_with_alert(alarm, rate)
    assert not begins_with_alert(usual, rate)
    assert made.duration_ms - plain.duration_ms == pytest.approx(5400, abs=60)


def test_wide_rests_are_heard_between_phrases(studio):
    wide, _, _ = sounds(studio, replace(ORDER, rests=2.0))
    usual, _, _ = sounds(studio, ORDER)
    # in this text one rest after a sentence and one after a paragraph
    assert wide.duration_ms - usual.duration_ms == pytest.approx(SENTENCE_MS + PARAGRAPH_MS, abs=60)
    assert wide.phrases_cached == wide.phrases  # the words are spoken as they were
