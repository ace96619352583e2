import numpy as np

from tts.engines.kokoro import _tones, utterance
from tts.engines.syllables import parse_syllable
from tts.engines.tones import contour


def melody(word: str, progress: float = 0.0) -> list[float]:
    return contour(parse_syllable(word), 21, progress=progress).tolist()


def test_each_tone_has_its_own_movement():
    level, falling, rising, dipping, broken, heavy = map(melody, ["ma", "mà", "má", "mả", "mã", "mạ"])
    assert abs(level[-1] - level[0]) < 1
    assert falling[-1] < falling[0] - 2
    assert rising[-1] > rising[0] + 4
    assert min(dipping) < dipping[0] - 3
    assert dipping[-1] > min(dipping) + 1
    assert min(broken) < broken[0] - 2
    assert broken[-1] > broken[0] + 4
    assert heavy[-1] < heavy[0] - 4


def test_a_stopped_syllable_starts_its_rise_higher():
    assert melody("mát")[0] > melody("má")[0] + 1


def test_a_phrase_sinks_towards_its_end():
    assert melody("ma", 1.0)[0] < melody("ma", 0.0)[0]


def test_a_single_frame_has_a_pitch():
    assert len(contour(parse_syllable("má"), 1, progress=0)) == 1


def frames_of(phrase, units, audible_frames):
    said = utterance(phrase)
    bounds = np.arange(len(said.symbols) + 1) * units
    audible = np.arange(bounds[-1]) < audible_frames
    return said, bounds, _tones(said.syllables, said.symbols, bounds, audible)


def test_a_rise_is_completed_before_the_voice_fades():
    _, bounds, semitones = frames_of("má", 20, 60)
    assert semitones[59] > 5
    assert semitones[-1] == semitones[59]
    assert semitones[bounds[2]] < 1.5


def test_the_pitch_of_breaks_and_voiceless_sounds_is_left_to_the_model():
    said, bounds, semitones = frames_of("tám, sáu", 10, 1000)
    free = [
        said.symbols[place].text for place in range(len(said.symbols)) if np.isnan(semitones[bounds[place]])
    ]
    assert free == ["τ", ",", " ", "s"]
