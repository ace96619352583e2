import itertools

import numpy as np
import pytest

from tests.unit.tts.engines.test_every_syllable import MARKS, ONSETS, OPEN_RIMES, STOPPED_RIMES
from tts.engines.kokoro import utterance
from tts.engines.learnt import Learnt, names_of
from tts.engines.phonemes import symbols_of
from tts.engines.syllables import parse_syllable


def names(phrase):
    said = utterance(phrase)
    return names_of(said.syllables, said.symbols)


@pytest.fixture(scope="module")
def learnt():
    return Learnt()


@pytest.fixture
def small(tmp_path):
    np.savez(
        tmp_path / "small.npz",
        names=np.array(["b:", "n:a.-.0"]),
        vectors=np.array([[1, -2, 0], [100, 0, 4]], np.int8),
        steps=np.array([1.0, 0.5], np.float16),
        energies=np.array([0.25, -1.0], np.float16),
        style=np.array([0.5], np.float16),
    )
    return Learnt(tmp_path / "small.npz")


@pytest.mark.parametrize(("one", "other"), [("tra", "cha"), ("sa", "xa"), ("da", "gia"), ("nghe", "nge")])
def test_what_sounds_alike_has_the_same_additions(one, other):
    assert names(one) == names(other)


def test_a_tone_and_a_rime_have_additions_beside_the_sounds():
    assert names("má")[1:] != names("mà")[1:]
    asked = sorted(set(itertools.chain(*names("mát"))))
    assert " ".join(asked) == "c:t.0 n:a.x.0 n:a.x.1 o:m.0 o:m.1 q:at r:at t:3s t:3sc"


def test_every_symbol_of_a_phrase_is_named_in_its_order():
    named = names("Xin chào, bà.")
    assert len(named) == len(utterance("Xin chào, bà.").symbols)
    assert [symbol for symbol in named if symbol in {("b:",), ()}] == [("b:",), (), ("b:",), ()]


def test_additions_are_summed_and_what_was_not_learnt_adds_nothing(small):
    named = [("b:",), ("n:a.-.0", "t:1", "b:"), (), ("o:x.0",)]
    assert small.vectors(named).tolist() == [[1, -2, 0], [51, -2, 2], [0, 0, 0], [0, 0, 0]]
    assert small.energies(named).tolist() == [0.25, -0.75, 0, 0]
    assert small.style.tolist() == [0.5]


def test_nothing_was_learnt_that_no_syllable_asks_for(learnt):
    rimes = f"{OPEN_RIMES} {STOPPED_RIMES}".split()
    asked = {"b:"}
    for spelled in map("".join, itertools.product(ONSETS.split(" "), rimes, MARKS.values())):
        if syllable := parse_syllable(spelled):
            asked.update(itertools.chain(*names_of((syllable,), tuple(symbols_of(syllable, 0)))))
    assert learnt.names - asked == set()
