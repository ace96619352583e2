import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schedules.turns import APART_M, Pole, count_turns, groups, metres_between, step_ms, whole_ms

METRE = 1 / 111_320


def pole(number, east, north=0.0, most=4):
    east_degrees = east * METRE / math.cos(math.radians(12))
    return Pole(f"n{number:03d}", (12 + north * METRE, 109 + east_degrees), most)


def row(*metres, most=4):
    return [pole(number, east, most=most) for number, east in enumerate(metres)]


def of(poles, most):
    return groups([replace(one, most=most) for one in poles])


PLACES = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=30).map(
    lambda places: [pole(number, *place) for number, place in enumerate(places)]
)


def test_a_loudspeaker_is_twice_the_pressure_of_another_of_its_turn_at_the_edge_of_its_reach():
    assert 20 * math.log10((APART_M - 150) / 150) == 6.0
    assert 448 < APART_M < 450


def test_distances_are_metres():
    assert abs(metres_between(pole(0, 0).place, pole(1, 300, 400).place) - 500) < 0.5


def test_neighbours_along_a_street_speak_by_turns():
    assert list(groups(row(0, 300, 600, 900)).values()) == [0, 1, 0, 1]


def test_who_stands_far_from_all_others_speaks_at_once():
    assert count_turns(groups(row(0, 1000, 2000))) == 1


def test_where_turns_are_few_the_nearest_of_one_turn_stand_as_far_apart_as_may_be():
    turns = groups(row(0, 100, 200, 300, most=2))
    assert list(turns.values()) == [0, 1, 0, 1]


def test_part_of_a_commune_may_have_all_at_once():
    poles = [*row(0, 300, 600), pole(3, 900, most=1), pole(4, 1000, most=1)]
    assert list(groups(poles).values()) == [0, 1, 0, 0, 0]


def test_an_unknown_place_has_the_last_turn():
    turns = groups([Pole("x", None, 4), *row(0, 300, 900)])
    assert turns["x"] == count_turns(turns) - 1 == 1


def test_without_any_place_all_speak_at_once():
    assert count_turns(groups([Pole("a", None, 4), Pole("b", None, 4)])) == 1
    assert count_turns({}) == 1


@given(PLACES, st.integers(2, 6))
def test_no_neighbours_share_a_turn_while_turns_are_left(poles, most):
    turns = of(poles, most)
    assert set(turns) == {one.node for one in poles}
    assert count_turns(turns) <= most
    if count_turns(turns) == most:
        return
    assert all(
        metres_between(one.place, other.place) >= APART_M
        for one in poles
        for other in poles
        if one != other and turns[one.node] == turns[other.node]
    )


@given(PLACES, st.integers(2, 6))
def test_a_new_loudspeaker_changes_nobody_elses_turn(poles, most):
    before = of(poles[:-1], most)
    after = of(poles, most)
    assert before.items() <= after.items()


def test_turns_follow_each_other_in_whole_seconds_with_a_rest():
    assert step_ms(10_001) == 16_000
    assert whole_ms(60_000, 4) == 3 * 65_000 + 60_000
    assert whole_ms(60_000, 1) == 60_000
