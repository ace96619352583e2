"""Real recordings, measured by ffmpeg: what we say of their loudness and peak is what others find."""

from __future__ import annotations

import pytest

from tests.support.nightly import amount
from tests.support.second_meter import second_opinion
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio

TEXT = "Mời bà con đến họp. Nội dung là phòng cháy, chữa cháy."
WITHIN = 0.5
ENGINE = amount("tone", "loa")
"""By day quick tones are measured, by night a voice: what is measured is the same."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """One for both: what it has spoken for one loudness it only masters for the other."""
    home = tmp_path_factory.mktemp("second-meter")
    recordings = RecordingStore(home / "recordings")
    engines = {"tone": "tests.support.tone_engine:ToneEngine"}
    studio = Studio(home / "cache", recordings, engines=engines, workers=1, warm_engine=None)
    studio.start()
    yield studio, recordings
    studio.stop()


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [-16.0, -20.0])
def test_a_recording_has_the_loudness_and_the_peak_that_were_asked(studio, loudness):
    studio, recordings = studio
    rendered = studio.render(RenderOrder("Thông báo", TEXT, engine=ENGINE, loudness_lufs=loudness))
    lufs, dbtp = second_opinion(recordings.path(rendered.recording))
    assert lufs == pytest.approx(loudness, abs=WITHIN)
    assert lufs == pytest.approx(rendered.loudness_lufs, abs=WITHIN)
    assert dbtp <= -1.0 + 0.1  # ffmpeg prints one decimal
    assert dbtp == pytest.approx(rendered.true_peak_dbtp, abs=WITHIN)
