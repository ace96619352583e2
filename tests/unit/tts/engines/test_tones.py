import numpy as np

from tts.engines.kokoro import _creak, _rimes, _tones, utterance
from tts.engines.syllables import parse_syllable
from tts.engines.tones import contour, creaks


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
    return said, bounds, _tones(_rimes(said.syllables, said.symbols, bounds, audible), len(audible))


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


def creaking(word):
    """Pitch and energy of one word where it carries its tone; 100 Hz and 8 everywhere before."""
    said = utterance(word)
    bounds = np.arange(len(said.symbols) + 1) * 20
    frames = int(bounds[-1])
    (rime,) = _rimes(said.syllables, said.symbols, bounds, np.ones(frames, bool))
    pitch, energy = np.full(frames, 100.0, np.float32), np.full(frames, 8.0, np.float32)
    _creak([rime], pitch, energy)
    assert (pitch[: rime.begin] == 100).all()
    return pitch[rime.begin :], energy[rime.begin :]


def test_the_heavy_tone_creaks_and_ends_in_a_closed_throat():
    pitch, energy = creaking("mạ")
    begin, middle, end = (round(len(pitch) * share) for share in (0.2, 0.6, 0.9))
    assert pitch[begin] == 100
    assert pitch[middle] == 50
    assert pitch[end] == 0
    assert energy[begin] == 8
    assert energy[middle] < 8 - 3  # about 10 dB
    assert energy[end] == 0


def test_a_final_nasal_sounds_on_behind_the_creak():
    pitch, energy = creaking("bạn")
    assert pitch.min() == 50
    assert pitch[-1] == 100
    assert energy[-1] == 8


def test_no_other_tone_creaks_nor_does_a_stopped_syllable():
    assert not any(creaks(parse_syllable(word)) for word in ["ma", "mà", "má", "mả", "mã", "mạt", "mạch"])


def test_the_voice_is_never_softer_than_its_silence():
    said = utterance("mạ")
    bounds = np.arange(len(said.symbols) + 1) * 20
    energy = np.full(int(bounds[-1]), -3.0, np.float32)
    energy[:45] = 8.0
    _creak(_rimes(said.syllables, said.symbols, bounds, energy > 0), np.ones(len(energy), np.float32), energy)
    assert energy.min() == -3.0
