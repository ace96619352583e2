from hypothesis import given
from hypothesis import strategies as st

from tts.engines.pieces import pieces_of

WORDS = st.lists(st.sampled_from(["bà", "nghiêng,", "luật;", "phường", "xã."]), min_size=1, max_size=80)


def test_short_clauses_share_a_piece():
    assert pieces_of("Một, hai, ba.", 100) == ["Một, hai, ba."]


def test_the_cut_is_at_a_clause_where_there_is_one():
    assert pieces_of("Theo luật này, công dân có quyền khiếu nại.", 30) == [
        "Theo luật này,",
        "công dân có quyền khiếu nại.",
    ]


def test_an_overlong_clause_is_cut_evenly_between_words():
    pieces = pieces_of("một hai ba bốn năm sáu bảy tám chín mười", 25)
    assert pieces == ["một hai ba bốn năm", "sáu bảy tám chín mười"]


@given(WORDS, st.integers(min_value=10, max_value=100))
def test_nothing_is_lost_and_no_piece_is_too_long(words, longest):
    pieces = pieces_of(" ".join(words), longest)
    assert " ".join(pieces) == " ".join(words)
    assert max(map(len, pieces)) <= longest


def test_a_word_longer_than_a_piece_is_cut_and_kept():
    assert "".join(pieces_of("a" * 25, 10)) == "a" * 25
