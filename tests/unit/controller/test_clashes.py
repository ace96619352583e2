"""Which of a calendar's airings meet, and which gives way: by time, by place, by the rule of loudspeakers."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

from controller.features.schedules.calendar_conflicts import AiringSpan, clashes
from controller.model.area_tree import AreaTree
from devices.ids import AiringId, AreaCode, Grade

FIVE = datetime(2026, 11, 25, 10, tzinfo=UTC)
PROVINCE, NHA_TRANG, VAN_NINH = AreaCode("56"), AreaCode("22366"), AreaCode("22489")
TREE = AreaTree({PROVINCE: None, NHA_TRANG: PROVINCE, VAN_NINH: PROVINCE})


def span(name, minute=0, length=10, grade=Grade.ROUTINE, targets=(NHA_TRANG,)):
    starts_at = FIVE + timedelta(minutes=minute)
    return AiringSpan(AiringId(name), grade, starts_at, starts_at + timedelta(minutes=length), targets)


def met(*spans):
    return [(one.first, one.yields) for one in clashes(spans, TREE)]


def test_the_later_of_two_alike_gives_way():
    assert met(span("b", 5), span("c")) == [("c", "b")]


def test_the_lower_grade_gives_way_though_it_began_first():
    assert met(span("a"), span("b", 5, grade=Grade.PRIORITY)) == [("b", "a")]


def test_of_two_that_begin_at_once_the_smaller_name_is_heard():
    assert met(span("b"), span("a")) == [("a", "b")]


def test_one_that_begins_when_the_other_ends_meets_nothing():
    assert met(span("a"), span("b", 10)) == []


def test_what_is_for_the_whole_province_meets_what_is_for_a_commune():
    assert met(span("a", targets=(PROVINCE,)), span("b", 1)) == [("a", "b")]
    assert met(span("a"), span("b", 1, targets=(PROVINCE,))) == [("a", "b")]


def test_two_communes_have_nothing_to_do_with_each_other():
    assert met(span("a"), span("b", targets=(VAN_NINH,))) == []


def test_three_at_once_are_three_pairs():
    assert met(span("a"), span("b", 1), span("c", 2)) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_of_a_full_day_the_same_pairs_are_found_as_by_comparing_each_with_each():
    random.seed(17)
    places = ((PROVINCE,), (NHA_TRANG,), (VAN_NINH,), (NHA_TRANG, VAN_NINH))
    day = [
        span(f"{n}", random.randrange(300), random.randrange(1, 40), targets=random.choice(places))
        for n in range(80)
    ]
    below = {PROVINCE: {PROVINCE, NHA_TRANG, VAN_NINH}, NHA_TRANG: {NHA_TRANG}, VAN_NINH: {VAN_NINH}}
    sounds = {one.airing: frozenset().union(*(below[area] for area in one.targets)) for one in day}
    wanted = {
        frozenset((one.airing, other.airing))
        for one, other in combinations(day, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
        if sounds[one.airing] & sounds[other.airing]
    }
    found = met(*day)
    assert {frozenset(pair) for pair in found} == wanted
    assert len(found) == len(wanted)
