import random
from collections import Counter

import pytest

from controller.features.listening_tests.questions import (
    MOST_VOICES,
    Condition,
    ListeningTask,
    questions_for,
    sayings,
)
from controller.features.listening_tests.statistics import SAME, JudgedAnswer, findings, share, word_errors


def words(text):
    return text.lower().replace(",", "").replace(".", "")


def asked_of(voices, listener):
    return questions_for(voices, random.Random(listener))


def figures(judged):
    return findings(2, judged, words, random.Random(1))


def answered(listeners, voices, answer):
    return [
        JudgedAnswer(listener, question, answer(question))
        for listener in listeners
        for question in asked_of(voices, listener)
    ]


@pytest.mark.parametrize("voices", range(1, MOST_VOICES + 1))
def test_a_listener_hears_each_sentence_once_and_every_voice_as_often(voices):
    made = set(sayings(voices))
    asked = asked_of(voices, "a")
    assert asked == asked_of(voices, "a")
    assert asked != asked_of(voices, "b")
    heard = [one for question in asked for one in question.heard]
    assert set(heard) <= made
    written = [question for question in asked if question.part is ListeningTask.WRITE]
    assert len({question.right for question in written}) == len(written)
    cells = Counter((one.heard[0].voice, one.heard[0].condition) for one in written)
    assert len(cells) == 2 * voices
    assert len(set(cells.values())) == 1


def test_the_sentences_go_round_from_listener_to_listener():
    cells = {
        (one.voice, one.condition)
        for listener in map(str, range(60))
        for question in asked_of(2, listener)
        for one in question.heard
        if question.part is ListeningTask.WRITE and question.right.startswith("Hợp đồng")
    }
    assert cells == {(voice, condition) for voice in (0, 1) for condition in Condition}


def test_the_better_of_two_voices_is_found():
    def answer(question):
        if question.part is ListeningTask.PAIR:
            return str([one.voice for one in question.heard].index(1))
        if question.heard[0].voice == 1:
            return question.right
        return (
            question.choices[0] if question.part is ListeningTask.TONE else question.right.rsplit(" ", 2)[0]
        )

    found = figures(answered("abcdef", 2, answer))
    bad, good = found.understood[0], found.understood[2]
    assert (bad.voice, good.voice, good.listeners) == (0, 1, 6)
    assert good.word_errors.count == 0
    assert good.whole_sentences.value == 1.0
    assert bad.word_errors.low > 0.05
    assert bad.word_errors.low < bad.word_errors.value < bad.word_errors.high
    assert bad.tones.count == bad.tones.of // 6
    assert [one.preferred.count for one in found.preferred] == [0, 0]
    assert all(one.preferred.high < 0.2 for one in found.preferred)
    assert [row[0] for row in found.confusions[0]] == [12] * 6
    assert all(found.confusions[1][tone][tone] == 12 for tone in range(6))


def test_no_difference_is_counted_apart():
    found = figures(answered("ab", 2, lambda one: SAME if one.part is ListeningTask.PAIR else one.right))
    assert sum(one.no_difference for one in found.preferred) == 16
    assert all(one.preferred.of == 0 for one in found.preferred)


def test_errors_are_the_fewest_words_to_mend():
    assert word_errors(["bà", "con", "chú", "ý"], ["bà", "con", "chú", "ý"]) == 0
    assert word_errors(["bà", "con", "chú", "ý"], []) == 4
    assert word_errors(["bà", "con", "chú", "ý"], ["bà", "con", "cô", "chú"]) == 2
    assert word_errors([], ["một", "hai"]) == 2


def test_an_interval_is_wilsons():
    # Newcombe 1998 (Statistics in Medicine 17, 857), table I, method 3
    found = share(81, 263)
    assert (found.low, found.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert (share(0, 20).low, share(0, 20).high) == (0.0, pytest.approx(0.1611, abs=5e-5))
