"""A forecast of who will have a recording in time: it goes by facts, and gets better as they come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.features.airings.lateness import (
    ASKING,
    DeliveryFacts,
    Forecast,
    earliest_start,
    forecast_sentence,
    forecasts,
    span_words,
    too_soon_sentence,
)
from controller.model.times import Times
from devices.ids import AiringId, Grade

BEGUN = datetime(2026, 11, 27, 9, 58, tzinfo=UTC)
PACE = 200_000
TIMES = Times(bytes_per_second=PACE, uplink_bytes_per_second=10**12, each_node=timedelta())


def seconds(count):
    return timedelta(seconds=count)


def facts(**changes):
    """5,000 nodes, a recording of 60 s on its way, a start after 120 s."""
    usual = {
        "airing": AiringId("a"),
        "grade": Grade.ROUTINE,
        "size": 60 * PACE,
        "begun_at": BEGUN,
        "starts_at": BEGUN + seconds(120),
        "latest_start_at": BEGUN + seconds(720),
        "ends_at": BEGUN + seconds(420),
        "nodes": 5000,
        "fetched": 0,
        "on_time": 0,
        "away": 0,
        "lately": 0,
    }
    return DeliveryFacts(**(usual | changes))


def forecast(after, **changes):
    return forecasts([facts(**changes)], BEGUN + seconds(after), TIMES)["a"]


def test_what_is_sent_in_time_reaches_all_before_anybody_has_it():
    assert forecast(1) == Forecast(5000, 5000, 0, 0, 0)
    assert not forecast(1).is_late


def test_what_takes_longer_than_the_start_is_away_says_so_at_once():
    found = forecast(1, starts_at=BEGUN + seconds(50))
    assert (found.in_time, found.late, found.late_by) == (0, 5000, ASKING + seconds(10))
    assert found.is_late


def test_nodes_that_are_away_are_named_as_away_and_never_as_late():
    found = forecast(110, fetched=4400, on_time=4400, away=600)
    assert (found.in_time, found.late, found.missed, found.away) == (4400, 0, 0, 600)
    assert not found.is_late


def test_where_nodes_get_it_one_by_one_the_rate_says_who_is_in_time():
    found = forecast(100, fetched=1300, on_time=1300, lately=1500)  # 50 a second, 20 s are left
    assert (found.in_time, found.late) == (2300, 2700)
    assert found.late_by == seconds(3700 / 50 - 20)
    better = forecast(100, fetched=1300, on_time=1300, lately=6000)  # 200 a second
    assert (better.in_time, better.late, better.is_late) == (5000, 0, False)


def test_many_nodes_share_the_line():
    shared = replace(TIMES, uplink_bytes_per_second=5000 * PACE // 3)
    assert forecasts([facts()], BEGUN + seconds(1), shared)["a"].late == 5000


def test_when_the_plan_did_not_hold_and_nobody_has_it_none_is_promised():
    assert not forecast(60).is_late  # by plan, all have it after 63 s
    found = forecast(70)  # one more round takes until second 133
    assert (found.in_time, found.late, found.late_by) == (0, 5000, seconds(13))


def test_who_has_it_only_when_it_is_too_late_to_begin_misses_it():
    found = forecast(1, starts_at=BEGUN + seconds(20), latest_start_at=BEGUN + seconds(30))
    assert (found.late, found.missed) == (0, 5000)
    over = forecast(1, starts_at=BEGUN + seconds(20), ends_at=BEGUN + seconds(40))
    assert over.missed == 5000


def test_what_goes_before_it_takes_its_time_unless_all_have_that():
    alarm = facts(airing=AiringId("b"), grade=Grade.PRIORITY, starts_at=BEGUN + seconds(600))
    both = forecasts([facts(), alarm], BEGUN + seconds(1), TIMES)
    assert both["b"].in_time == 5000
    assert (both["a"].in_time, both["a"].late) == (0, 5000)  # it is whole after 123 s
    held = replace(alarm, fetched=4900, on_time=4900, away=100)
    assert forecasts([facts(), held], BEGUN + seconds(1), TIMES)["a"].in_time == 5000


def test_a_few_that_lag_are_counted_but_nobody_is_alarmed():
    found = forecast(119, fetched=4950, on_time=4950)
    assert (found.in_time, found.late) == (4950, 50)
    assert not found.is_late


def test_after_the_start_those_that_got_it_late_stay_counted_as_late():
    found = forecast(140, fetched=4000, on_time=2300, lately=1700)
    assert (found.in_time, found.late, found.missed) == (2300, 2700, 0)


@given(
    after=st.integers(0, 900),
    had=st.tuples(*[st.integers(0, 5000)] * 3),
    away=st.integers(0, 5000),
    start=st.integers(0, 700),
)
def test_each_node_is_counted_once(after, had, away, start):
    fetched = min(had[0], 5000 - away)
    changes = {"on_time": min(had[1], fetched), "lately": min(had[2], fetched)}
    found = forecast(after, fetched=fetched, away=away, starts_at=BEGUN + seconds(start), **changes)
    counts = (found.in_time, found.late, found.missed, found.away)
    assert sum(counts) == 5000
    assert min(counts) >= 0
    assert found.late_by >= timedelta()


def test_it_is_said_in_an_officers_words():
    found = Forecast(5000, 2300, 2600, 50, 50, seconds(23))
    assert forecast_sentence(found, BEGUN + seconds(120), BEGUN) == (
        "2.300 trong 5.000 cụm loa sẽ kịp giờ phát 17:00 chiều nay. "
        "2.600 cụm tải xong muộn khoảng 25 giây, sẽ vào giữa chừng. "
        "50 cụm tải quá muộn khoảng 25 giây, có thể không phát lượt này. "
        "Cụm đã có bản tin vẫn phát đúng giờ. 50 cụm đang mất kết nối."
    )
    assert forecast_sentence(Forecast(3, 3, 0, 0, 0), BEGUN + seconds(120), BEGUN) == (
        "3 trong 3 cụm loa sẽ kịp giờ phát 17:00 chiều nay."
    )


@pytest.mark.parametrize(("span", "words"), [(1, "5 giây"), (56, "1 phút"), (61, "2 phút"), (55, "55 giây")])
def test_spans_are_rounded_up(span, words):
    assert span_words(seconds(span)) == words


def test_the_earliest_start_counts_what_is_sent_before():
    other = facts(starts_at=BEGUN + seconds(30))
    asked = (Grade.ROUTINE, BEGUN + seconds(120))
    assert earliest_start(BEGUN, asked, seconds(66), [other], TIMES) == BEGUN + seconds(126)
    assert earliest_start(BEGUN, (Grade.PRIORITY, asked[1]), seconds(66), [other], TIMES) == BEGUN + seconds(
        66
    )


def test_a_start_that_is_too_near_is_told_with_the_earliest_good_one():
    said = too_soon_sentence(BEGUN + seconds(60), BEGUN + seconds(660), 5000, BEGUN + seconds(66), BEGUN)
    assert "16:59 chiều nay quá gần: gửi bản tin tới 5.000 cụm loa cần khoảng 2 phút" in said
    assert "Từ 17:00 chiều nay trở đi thì mọi cụm kịp phát từ đầu. Đặt sớm hơn thì lượt phát tự lùi" in said
    never = too_soon_sentence(BEGUN + seconds(60), BEGUN + seconds(61), 5, BEGUN + seconds(66), BEGUN)
    assert never.endswith("Đặt giờ này thì loa không kịp phát.")


def test_what_goes_out_more_slowly_at_present_is_forecast_to_come_later():
    def late_by(share, after=1, **changes):
        times = replace(TIMES, pace_share=share)
        return forecasts([facts(starts_at=BEGUN + seconds(5), **changes)], BEGUN + seconds(after), times)[
            "a"
        ].late_by

    assert late_by(1.0) == seconds(58)
    # at half the pace for 30 s while it recovers, three quarters on average, are sent 22.5 s of it
    assert late_by(0.5) == seconds(58 + 7.5)
    assert late_by(0.0, after=4) == seconds(58 + 30)


@given(st.floats(0, 1), st.floats(0, 3600))
def test_a_slower_pace_takes_no_less_time_and_at_most_half_of_its_recovery_more(share, span):
    took = replace(TIMES, pace_share=share).at_present_pace(seconds(span))
    assert seconds(span - 0.001) <= took <= seconds(span + 30 * (1 - share) ** 2 + 0.001)
