"""What the server draws: bars, lines with gaps, a node's day; and what binds an area."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.features.fleet.vitals_charts import day_shown, month_begins, month_shown
from controller.features.fleet.vitals_samples import EXPECTED, QUARTERS_OF_DAY, Thinned, quarter_of
from controller.features.plans.limits import binding
from controller.http.charts import HEIGHT, WIDTH, bars, lines
from controller.http.words import said_day
from controller.model.local_time import ZONE
from controller.model.plain_text import plain
from devices.statements import Policy, QuietHours

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=400)


def test_bars_stand_from_the_smallest_to_the_largest_and_nothing_is_still_seen():
    drawn = bars([("A", 100.0), ("B", 0.0), ("C", 50.0)])
    assert [bar.name for bar in drawn] == ["B", "C", "A"]
    assert drawn[0].height > 0
    assert drawn[2].height == HEIGHT
    assert max(bar.x + bar.width for bar in drawn) <= WIDTH
    assert bars([]) == []


def test_a_loudspeaker_that_is_minutes_old_is_not_said_to_have_been_away():
    until = quarter_of(NOON) + 1
    for minutes in (0, 14):
        enrolled_at = NOON - timedelta(minutes=minutes)
        for shown in (day_shown({}, until, enrolled_at), month_shown({}, until, enrolled_at)):
            assert (shown.cells, shown.share) == ((), "mới thêm, chưa có số liệu")
    hour_ago = NOON - timedelta(hours=1)
    assert [one.tone for one in day_shown({}, until, hour_ago).cells] == ["bad"] * 3
    assert month_shown({}, until, hour_ago).share == "có liên lạc 0% thời gian"


def test_a_line_breaks_where_nothing_was_told_for_long():
    told = [(NOON + timedelta(minutes=m), float(m)) for m in (0, 15, 30, 120, 135)]
    drawn = lines(told, NOON, NOON + timedelta(hours=3), longest_gap=timedelta(minutes=30))
    assert [part.count(",") for part in drawn] == [3, 2]
    assert drawn[0].startswith(f"0.0,{HEIGHT - 8:.1f}")


def test_a_line_of_one_value_or_of_none_is_drawn_too():
    flat = lines([(NOON, 4.0)], NOON, NOON + timedelta(hours=1), longest_gap=timedelta(hours=1))
    assert len(flat) == 1
    assert lines([], NOON, NOON + timedelta(hours=1), longest_gap=timedelta(hours=1)) == []


def thinned(samples, temperature):
    return Thinned(samples, 0, (None, None, None, None, (temperature,) * 3, None))


def test_a_nodes_day_says_when_it_was_there_and_how_warm():
    until = quarter_of(NOON)
    quarters = {until - n: thinned(EXPECTED if n > 20 else 3, 40.0 + n / 10) for n in range(1, 41)}
    day = day_shown(quarters, until, LONG_AGO)
    assert len(day.cells) == QUARTERS_OF_DAY // 2
    assert [cell.tone for cell in day.cells[-20:]] == ["good"] * 10 + ["warn"] * 10
    assert day.cells[0].words == "12:00–12:30: không có liên lạc"
    assert day.share == "có liên lạc 42% thời gian"
    (warmth,) = day.lines
    assert (warmth.name, warmth.lowest, warmth.highest) == ("Nhiệt độ trong tủ (°C)", "40,1", "44,0")


def test_a_nodes_month_has_a_bar_for_each_local_day_since_it_was_there():
    until = quarter_of(NOON)
    midnight = until - 4 * 12
    samples = {midnight + n: EXPECTED for n in range(-2 * 96, 4 * 12)}
    del samples[midnight + 5], samples[midnight + 6]
    for n in range(-96, -20):
        del samples[midnight + n]
    month = month_shown(samples, until, NOON - timedelta(days=4))
    today = NOON.astimezone(ZONE).date()
    assert [cell.words.split(":")[0] for cell in month.cells] == [
        said_day(today - timedelta(days=n)) for n in (4, 3, 2, 1, 0)
    ]
    assert [cell.tone for cell in month.cells] == ["bad", "bad", "good", "warn", "warn"]
    assert [cell.words.split(": ")[1] for cell in month.cells[2:]] == [
        f"có liên lạc {share}% thời gian" for share in (100, 20, 95)
    ]
    heard, asked = 96 + 20 + 46, 48 + 3 * 96 + 48
    assert month.share == f"có liên lạc {100 * heard // asked}% thời gian"
    assert month.cells[-1].x + month.cells[-1].width <= 640
    assert month_begins(until) == midnight - 29 * 96


def test_a_node_that_never_told_anything_has_an_empty_day():
    day = day_shown({}, quarter_of(NOON), LONG_AGO)
    assert {cell.tone for cell in day.cells} == {"bad"}
    assert day.lines == ()


def test_a_node_of_twenty_minutes_is_not_blamed_for_the_day_before():
    until = quarter_of(NOON)
    told, since = {until - 1: thinned(3, 40.0)}, NOON - timedelta(minutes=5)
    month = month_shown({until - 1: 3}, until, since)
    assert [(cell.tone, month.share) for cell in month.cells] == [("good", "có liên lạc 100% thời gian")]
    day = day_shown(told, until, NOON - timedelta(minutes=5))
    (cell,) = day.cells
    assert cell.tone == "good"
    assert cell.x + cell.width == pytest.approx(WIDTH, abs=2)
    assert day.share == "có liên lạc 100% thời gian"


def policy(target, **limits):
    return Policy(
        target=target,
        version=1,
        issued_at=NOON,
        expires_at=NOON + timedelta(days=1),
        **({"quiet_hours": (), "loudest_volume": 90, "minutes_a_day": 120} | limits),
    )


def test_of_several_policies_the_narrowest_limit_binds_and_names_its_area():
    night = (QuietHours(begins="21:30", ends="04:45"),)
    limits = binding(
        {"56": policy("56", quiet_hours=night), "22366": policy("22366", loudest_volume=70)}, ("22366", "56")
    )
    told = {limit.name: (limit.value, limit.sources) for limit in limits}
    assert told["Giờ yên lặng"] == ("21:30–04:45", ("56",))
    assert told["Âm lượng lớn nhất"] == ("70%", ("22366",))
    assert told["Thời lượng mỗi ngày"] == ("tối đa 120 phút", ("56", "22366"))
    assert binding({}, ("22366", "56")) == []


@pytest.mark.parametrize(
    ("typed", "found"), [("Đông Hải", "dong hai"), ("PHƯỜNG Bắc", "phuong bac"), ("Uỷ", "uy"), ("", "")]
)
def test_words_are_compared_without_accents(typed, found):
    assert plain(typed) == found
