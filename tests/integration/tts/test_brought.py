"""Sound that is brought along comes out levelled as speech is; what nobody should hear is refused."""

import numpy as np
import pytest

from tests.support.brought_sounds import RATE, m4a, opus, packed, speech_like
from tests.support.sounds import dbtp, lufs
from tts.brought import UnfitSound, look, samples_of
from tts.codec import SAMPLE_RATE, UnknownSoundFormat, decode_mp3
from tts.marks import Origin, comment_of, origin_in
from tts.recordings import RecordingStore
from tts.studio import BROUGHT, LevelOrder, Studio
from tts.uploads import UploadStore, UploadTooLarge

pytestmark = pytest.mark.slow  # real processes

SOFT = speech_like(4, strength=0.02)


def files(folder):
    return {
        "wav": packed(SOFT),
        "stereo": packed(SOFT, channels=2),
        "mp3": packed(SOFT, "mp3"),
        "ogg": packed(SOFT, "ogg"),
        "flac": packed(SOFT, "flac"),
        "opus": opus(speech_like(4, 0.02, 48_000)),
        "m4a": m4a(SOFT, folder),
    }


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    home = tmp_path_factory.mktemp("levelled")
    recordings = RecordingStore(home / "recordings")
    studio = Studio(home, recordings, workers=1, warm_engine=None)
    studio.start()
    yield studio, recordings
    studio.stop()


@pytest.fixture
def level(studio, tmp_path):
    """Returns a function that levels the bytes of a file and gives the rendered recording and its bytes."""

    def levelled(content):
        place = tmp_path / "brought"
        place.write_bytes(content)
        rendered = studio[0].level(LevelOrder("Tin", "Tin ghi âm.", place))
        return rendered, studio[1].read(rendered.recording)

    return levelled


def test_a_person_s_recording_bears_no_mark_and_one_made_by_a_machine_keeps_its_own(level):
    sound = packed(SOFT, "mp3")
    assert origin_in(level(sound)[1]) is Origin.PERSON
    assert origin_in(level(sound + comment_of(Origin.MACHINE).encode())[1]) is Origin.MACHINE


def test_every_form_comes_out_as_loud_as_speech_and_below_the_peak(level, tmp_path):
    for form, content in files(tmp_path).items():
        rendered, recording = level(content)
        samples, rate = decode_mp3(recording)
        assert rate == SAMPLE_RATE
        assert abs(lufs(samples) - -16.0) < 0.6, form
        assert dbtp(samples) <= -0.95, form
        assert abs(len(samples) / rate - 4) < 0.2, form
        assert (rendered.engine, rendered.spoken_text) == (BROUGHT, "Tin ghi âm.")
        assert rendered.size == len(recording)


@pytest.mark.nightly
def test_the_same_file_makes_the_same_recording(level):
    assert level(packed(SOFT))[0] == level(packed(SOFT))[0]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", UnknownSoundFormat, "không phải tệp âm thanh"),
        (b"<html>tin</html>", UnknownSoundFormat, "không phải tệp âm thanh"),
        (b"%PDF-1.7", UnknownSoundFormat, "không phải tệp âm thanh"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\0" * 4000, UnknownSoundFormat, "bị hỏng"),
        (b"\xff\xfb\x94\x64" + b"tin" * 4000, UnknownSoundFormat, "bị hỏng"),
        (b"OggS" + b"\0" * 300, UnknownSoundFormat, "bị hỏng"),
        (packed(SOFT)[:60], UnfitSound, "ngắn hơn 2 giây"),
        (packed(speech_like(1)), UnfitSound, "ngắn hơn 2 giây"),
        (packed(speech_like(1), "mp3"), UnfitSound, "ngắn hơn 2 giây"),
        (packed(np.zeros(3601 * 1000, np.float32), rate=1000), UnfitSound, "dài hơn 60 phút"),
    ],
    ids=["empty", "html", "pdf", "mp3-head", "mp3-noise", "ogg", "cut", "short", "short-mp3", "long"],
)
def test_what_is_no_fit_sound_is_refused_at_once(tmp_path, content, error, words):
    place = tmp_path / "tin"
    place.write_bytes(content)
    with pytest.raises(error) as refused:
        look(place)
    assert words in refused.value.sentence


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros(3 * RATE, np.float32), "không có tiếng"),
        (np.concatenate([SOFT, np.zeros(12 * RATE, np.float32), SOFT]), "im lặng dài 12 giây"),
        (np.clip(speech_like(5, strength=30), -0.9, 0.9), "vỡ tiếng"),
    ],
    ids=["silent", "gap", "clipped"],
)
def test_silence_and_clipping_are_found_while_levelling(level, samples, words):
    with pytest.raises(UnfitSound) as refused:
        level(packed(samples))
    assert words in refused.value.sentence


def test_a_broken_m4a_is_refused(level):
    with pytest.raises(UnknownSoundFormat):
        level(b"\0\0\0\x18ftypM4A " + b"\0" * 500)


def test_without_the_converter_an_m4a_is_refused_with_advice(tmp_path, monkeypatch):
    place = tmp_path / "tin"
    place.write_bytes(m4a(SOFT, tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnknownSoundFormat) as refused:
        look(place)
    assert "MP3" in refused.value.sentence


def test_a_long_sound_is_never_in_memory_whole(tmp_path):
    place = tmp_path / "dai.wav"
    place.write_bytes(packed(np.tile(speech_like(5, rate=8_000), 60), rate=8_000))
    blocks = [len(block) for block in samples_of(place)]
    assert sum(blocks) == 300 * SAMPLE_RATE
    assert max(blocks) <= 61 * SAMPLE_RATE


def test_uploads_are_there_whole_or_not_at_all(tmp_path, monkeypatch):
    store = UploadStore(tmp_path / "uploads")
    place = tmp_path / "tin.wav"
    place.write_bytes(packed(SOFT))
    with place.open("rb") as source:
        upload = store.put(source)
    assert store.path(upload).read_bytes() == packed(SOFT)
    monkeypatch.setattr("tts.uploads.LARGEST_UPLOAD", 1000)
    with place.open("rb") as source, pytest.raises(UploadTooLarge):
        store.put(source)
    assert list((tmp_path / "uploads").iterdir()) == [store.path(upload)]
    with pytest.raises(ValueError):
        store.path("../tin")
    store.delete(upload)
    assert not store.has(upload)
