import unicodedata

import pytest

from tts.engines.syllables import Syllable, Tone, parse_syllable


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("ma", Syllable("m", "", "a", "", Tone.LEVEL)),
        ("mà", Syllable("m", "", "a", "", Tone.FALLING)),
        ("má", Syllable("m", "", "a", "", Tone.RISING)),
        ("mả", Syllable("m", "", "a", "", Tone.DIPPING)),
        ("mã", Syllable("m", "", "a", "", Tone.BROKEN)),
        ("mạ", Syllable("m", "", "a", "", Tone.HEAVY)),
        ("nghiêng", Syllable("ngh", "", "iê", "ng", Tone.LEVEL)),
        ("gì", Syllable("gi", "", "i", "", Tone.FALLING)),
        ("gìn", Syllable("gi", "", "i", "n", Tone.FALLING)),
        ("giếng", Syllable("gi", "", "iê", "ng", Tone.RISING)),
        ("già", Syllable("gi", "", "a", "", Tone.FALLING)),
        ("giữa", Syllable("gi", "", "ươ", "", Tone.BROKEN)),
        ("quyết", Syllable("qu", "w", "iê", "t", Tone.RISING)),
        ("quốc", Syllable("qu", "w", "ô", "c", Tone.RISING)),
        ("quý", Syllable("qu", "w", "i", "", Tone.RISING)),
        ("quay", Syllable("qu", "w", "ă", "j", Tone.LEVEL)),
        ("khuya", Syllable("kh", "w", "iê", "", Tone.LEVEL)),
        ("khuỷu", Syllable("kh", "w", "i", "w", Tone.DIPPING)),
        ("thuở", Syllable("th", "w", "ơ", "", Tone.DIPPING)),
        ("thuế", Syllable("th", "w", "ê", "", Tone.RISING)),
        ("tuần", Syllable("t", "w", "â", "n", Tone.FALLING)),
        ("huỳnh", Syllable("h", "w", "i", "nh", Tone.FALLING)),
        ("hòa", Syllable("h", "w", "a", "", Tone.FALLING)),
        ("hoà", Syllable("h", "w", "a", "", Tone.FALLING)),
        ("ngoẻo", Syllable("ng", "w", "e", "w", Tone.DIPPING)),
        ("xoong", Syllable("x", "", "oo", "ng", Tone.LEVEL)),
        ("yêu", Syllable("", "", "iê", "w", Tone.LEVEL)),
        ("ý", Syllable("", "", "i", "", Tone.RISING)),
        ("uống", Syllable("", "", "uô", "ng", Tone.RISING)),
        ("của", Syllable("c", "", "uô", "", Tone.DIPPING)),
        ("được", Syllable("đ", "", "ươ", "c", Tone.HEAVY)),
        ("rượu", Syllable("r", "", "ươ", "w", Tone.HEAVY)),
        ("cười", Syllable("c", "", "ươ", "j", Tone.FALLING)),
        ("tay", Syllable("t", "", "ă", "j", Tone.LEVEL)),
        ("tai", Syllable("t", "", "a", "j", Tone.LEVEL)),
        ("sau", Syllable("s", "", "ă", "w", Tone.LEVEL)),
        ("sao", Syllable("s", "", "a", "w", Tone.LEVEL)),
        ("ỦY", Syllable("", "w", "i", "", Tone.DIPPING)),
        ("ĐẤT", Syllable("đ", "", "â", "t", Tone.RISING)),
    ],
)
def test_a_syllable_is_taken_apart_by_the_rules_of_spelling(word, parts):
    assert parse_syllable(word) == parts


def test_decomposed_letters_are_the_same_syllable():
    assert parse_syllable(unicodedata.normalize("NFD", "nghiệp")) == parse_syllable("nghiệp")


@pytest.mark.parametrize("word", ["", "b", "tv", "facebook", "strong", "w", "123", "gđ", "ngh"])
def test_what_is_no_syllable_is_told_so(word):
    assert parse_syllable(word) is None


@pytest.mark.parametrize("word", ["tập", "mát", "các", "ách"])
def test_a_stop_at_the_end_stops_the_voice(word):
    assert parse_syllable(word).is_stopped


@pytest.mark.parametrize("word", ["tam", "man", "mang", "manh", "mai", "ma"])
def test_any_other_end_lets_the_voice_ring(word):
    assert not parse_syllable(word).is_stopped
