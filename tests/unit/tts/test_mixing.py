import subprocess
import sys

import numpy as np
import pytest

from tests.support.brought_sounds import packed
from tests.support.sounds import RATE, tone
from tts.brought import UnfitSound
from tts.cache import write_phrase
from tts.engines import Sound
from tts.mixing import mix
from tts.sections import CLOSING, OPENING, OwnChime, Piece, sections
from tts.shaping import shaped
from tts.sounds import closing_chime, opening_chime


def dbfs(samples):
    return 20 * np.log10(np.sqrt((samples.astype(np.float64) ** 2).mean()))


@pytest.fixture
def phrase(tmp_path):
    def keep(name, sound, rate=RATE):
        place = tmp_path / f"{name}.flac"
        write_phrase(place, Sound(sound, rate))
        return place

    return keep


def joined(pieces):
    return np.concatenate(list(mix(pieces)))


def test_the_length_is_the_sum_of_the_parts(phrase):
    pieces = [
        Piece(OPENING, 500),
        Piece(phrase("a", tone(300, 1.25, 0.3)), 250),
        Piece(phrase("b", tone(300, 0.75, 0.3)), 1000),
        Piece(CLOSING, 0),
    ]
    chimes = len(opening_chime(RATE)) + len(closing_chime(RATE))
    assert len(joined(pieces)) == chimes + round((1.25 + 0.75 + 0.5 + 0.25 + 1.0) * RATE)


def test_the_sections_of_a_long_recording_sound_like_the_whole(phrase):
    sounds = [phrase(str(n), tone(300 + 40 * n, 0.5, 0.3)) for n in range(5)]
    pieces = tuple(Piece(sounds[n % 5], 450 if n % 5 == 4 else 120) for n in range(23))
    parted = sections(pieces)
    assert [piece for section in parted for piece in section] == list(pieces)
    assert [len(section) for section in parted] == [10, 10, 3]
    apart = [np.concatenate(list(shaped(mix(section), RATE))) for section in parted]
    whole = np.concatenate(list(shaped(mix(pieces), RATE)))
    assert np.abs(np.concatenate(apart) - whole).max() < 1e-3


def test_a_recording_without_a_long_rest_is_not_parted(phrase):
    pieces = (Piece(phrase("a", tone(300, 0.5, 0.3)), 300),) * 20
    assert sections(pieces) == [pieces]


def test_phrases_of_different_loudness_become_equal(phrase):
    mixed = joined([Piece(phrase("a", tone(300, 1, 0.06)), 0), Piece(phrase("b", tone(300, 1, 0.3)), 0)])
    assert dbfs(mixed[:RATE]) == pytest.approx(dbfs(mixed[RATE:]), abs=0.3)


def test_the_rests_are_silent(phrase):
    mixed = joined([Piece(phrase("a", tone(300, 1, 0.3)), 400)])
    assert not mixed[RATE:].any()


def test_no_piece_begins_or_ends_with_a_click(phrase):
    mixed = joined([Piece(phrase("a", np.full(RATE, 0.3, np.float32)), 100)])
    assert np.abs(np.diff(mixed)).max() < 0.01


def test_another_sample_rate_is_converted_and_keeps_its_length(phrase):
    mixed = joined([Piece(phrase("a", tone(300, 1, 0.3, rate=22_050), 22_050), 0)])
    assert len(mixed) == pytest.approx(RATE, abs=2)


def test_a_phrase_that_is_gone_or_damaged_is_missed(tmp_path):
    with pytest.raises(FileNotFoundError):
        joined([Piece(tmp_path / "gone.flac", 0)])
    (tmp_path / "damaged.flac").write_bytes(b"fLaC but not really")
    with pytest.raises(FileNotFoundError):
        joined([Piece(tmp_path / "damaged.flac", 0)])
    assert not (tmp_path / "damaged.flac").exists()


def test_the_chimes_are_pleasantly_short_start_softly_and_die_away():
    for chime, longest in ((opening_chime(RATE), 2.7), (closing_chime(RATE), 2.3)):
        assert 2.0 < len(chime) / RATE < longest
        assert np.abs(chime).max() == pytest.approx(0.5)
        assert np.abs(chime[:20]).max() < 0.1
        assert np.abs(chime[-100:]).max() < 0.01


def test_importing_the_studio_warns_of_nothing_and_loads_nothing_heavy():
    program = (
        "import sys, tts.studio\nprint([name for name in ('numpy', 'scipy', 'pydub') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_speech_is_finished_without_pydubs_warning_about_ffmpeg_and_without_scipy_signal():
    """The latter costs a speech process a second of processor time and 50 MB."""
    program = (
        "import os; os.environ['PATH'] = '/nowhere'\n"
        "from tts.mixing import mix\n"
        "from tts.sections import Piece\n"
        "print(sum(map(len, mix([Piece('opening', 100)]))))\n"
        "import sys, tts.mastering, tts.shaping, tts.worker\n"
        "sys.exit('scipy.signal' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("strength", [0.02, 0.1, 0.6])
def test_an_own_chime_is_heard_whole_and_as_loud_as_the_built_in_one(tmp_path, strength):
    place = tmp_path / "chime"
    place.write_bytes(packed(tone(500, 3, strength), rate=RATE))
    own = joined([Piece(OwnChime(place), 0)])
    assert len(own) == pytest.approx(3 * RATE, abs=2)
    assert dbfs(own) == pytest.approx(dbfs(joined([Piece(OPENING, 0)])), abs=0.5)
    assert [one.name for one in tmp_path.iterdir()] == ["chime"]


@pytest.mark.parametrize("seconds", [0.7, 15.5])
def test_what_is_too_short_or_too_long_is_no_chime(tmp_path, seconds):
    place = tmp_path / "chime"
    place.write_bytes(packed(tone(500, seconds, 0.3), rate=RATE))
    with pytest.raises(UnfitSound, match="Nhạc hiệu"):
        joined([Piece(OwnChime(place), 0)])
