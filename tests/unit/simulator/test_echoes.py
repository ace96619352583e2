from statistics import median

import pytest

from simulator.echoes import (
    COMMUNES,
    HEAD,
    NO_ECHO_DB,
    drawing,
    gain_of,
    in_turns_db,
    share_blurred,
    speech_to_echo_db,
    table,
)
from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "speaking-in-turns.md"
MOST = 4


@pytest.fixture(scope="module")
def gains():
    return [gain_of(plan, MOST) for plan in COMMUNES]


def test_one_loudspeaker_alone_has_no_echo():
    assert speech_to_echo_db((0, 0), [(100, 0)]) == NO_ECHO_DB


def test_what_comes_within_50_ms_supports_the_speech():
    assert speech_to_echo_db((0, 0), [(100, 0), (0, 117)]) == NO_ECHO_DB
    assert speech_to_echo_db((0, 0), [(100, 0), (0, 118)]) < NO_ECHO_DB


def test_an_echo_from_twice_as_far_is_6_db_below():
    assert speech_to_echo_db((0, 0), [(100, 0), (200, 0)]) == pytest.approx(6.02, abs=0.01)


def test_echoes_add_up_by_their_energy():
    assert speech_to_echo_db((0, 0), [(100, 0), (200, 0), (0, 200)]) == pytest.approx(3.01, abs=0.01)


def test_in_turns_the_nearest_one_is_listened_to():
    places = {"a": (100, 0), "b": (0, 150), "c": (300, 0)}
    assert in_turns_db((0, 0), places, {"a": 0, "b": 1, "c": 0}) == speech_to_echo_db(
        (0, 0), [(100, 0), (300, 0)]
    )


def test_turns_bring_the_speech_above_its_echoes_in_three_communes(gains):
    for gain in gains:
        assert len(gain.listeners) == len(gain.before) == len(gain.after) == 500
        assert median(gain.after) - median(gain.before) > 7
        assert share_blurred(gain.after) < share_blurred(gain.before) / 10
        assert min(gain.after) >= min(gain.before)


def test_in_one_turn_for_all_it_is_as_at_once(gains):
    together = dict.fromkeys(gains[0].places, 0)
    at_once = [in_turns_db(point, gains[0].places, together) for point in gains[0].listeners]
    assert at_once == gains[0].before


def test_the_page_shows_these_figures(gains):
    page = PAGE.read_text(encoding="utf-8")
    assert HEAD in page
    assert table(gains) in page


def test_the_picture_is_the_one_of_these_figures(gains):
    assert (ROOT / "docs" / "speaking-in-turns.svg").read_text(encoding="utf-8") == drawing(gains)
