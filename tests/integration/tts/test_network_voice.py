"""A bulletin for the network voice where the network fails: another reads all of it, and it is told."""

from dataclasses import replace

import pytest

from tests.support.loopback_google import LoopbackGoogle
from tests.support.nightly import amount
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio

VOICES = {
    "gtts": "tests.support.hasty_google:HastyGoogle",
    "tone": "tests.support.tone_engine:ToneEngine",
}
TEXT = "Mời bà con đến họp. Nội dung là phòng cháy, chữa cháy. Ai vắng mặt xin báo trước. Xin mang theo giấy."
ORDER = RenderOrder("Thông báo họp thôn", TEXT, engine="gtts", fallback="tone")
TOLD = "Bản tin được đọc bằng giọng dự phòng. Lý do: Không kết nối được với giọng đọc Google."


@pytest.fixture
def rendered(tmp_path, monkeypatch):
    """Renders the order with HTTPS through the proxy given; returns it beside that of the other voice."""

    def render(proxy):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        studio = Studio(tmp_path, RecordingStore(tmp_path), engines=VOICES, warm_engine=None, workers=1)
        studio.start()
        try:
            return studio.render(ORDER), studio.render(replace(ORDER, engine="tone"))
        finally:
            studio.stop()

    return render


def test_without_a_network_the_other_voice_reads_and_says_why(rendered, free_port):
    got, other = rendered(f"http://127.0.0.1:{free_port}")
    assert (got.engine, got.fallback_reason) == ("tone", TOLD)
    assert got.recording == other.recording


@pytest.mark.parametrize("mode", amount(["drip", "503"], ["slow", "drip", "cut", "503"]))  # each: test_gtts
def test_a_network_that_fails_half_way_leaves_no_bulletin_in_two_voices(rendered, mode):
    google = LoopbackGoogle(lambda number: "ok" if number <= 2 else mode)
    google.start()
    try:
        got, other = rendered(google.proxy)
    finally:
        google.stop()
    assert got.engine == "tone"
    assert got.fallback_reason.startswith(TOLD.partition("Lý do")[0])
    assert got.recording == other.recording
    assert len(google.asked) >= 3


def test_with_a_network_it_is_the_networks_voice_that_reads(rendered):
    google = LoopbackGoogle()
    google.start()
    try:
        got, _ = rendered(google.proxy)
    finally:
        google.stop()
    assert (got.engine, got.fallback_reason) == ("gtts", None)
