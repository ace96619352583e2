from datetime import UTC, date, datetime, time, timedelta

from controller.features.airings.queries import Reach
from controller.features.airings.views import AIRING_SIGNS
from controller.features.schedules.day_line import LineBox, LineEntry, LineFate, draw_day, heard_sentence
from controller.model.airing_states import AiringState
from controller.model.local_time import ZONE
from devices.ids import Grade
from devices.statements import Policy, QuietHours

DAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 5, tzinfo=UTC)  # 12:00 in Khánh Hòa


def local(hour, minute=0):
    return datetime.combine(DAY, time(hour, minute), ZONE)


def entry(hour, minute=0, minutes=10, fate=LineFate.COMES, **more):
    at = local(hour, minute)
    told = {"title": f"{at:%H:%M}", "sign": AIRING_SIGNS[AiringState.PLANNED], "grade": Grade.ROUTINE}
    told |= {"key": f"l-{at:%H%M}", "length": timedelta(minutes=minutes), "fate": fate, "href": "/"}
    return LineEntry(starts_at=at, **(told | more))


def heard(hour, minute=0, *, finished=2, nodes=2, **more):
    reach = Reach(nodes, nodes, nodes, finished, finished, 0, finished * 60_000, nodes * 60_000)
    return entry(hour, minute, **({"fate": LineFate.HEARD, "reach": reach} | more))


def policy(*quiet, minutes=1440):
    return Policy.model_construct(
        quiet_hours=tuple(QuietHours(begins=begins, ends=ends) for begins, ends in quiet),
        minutes_a_day=minutes,
    )


def drawn(*entries, policies=(), now=NOON):
    return draw_day(DAY, entries, policies, now)


def test_an_airing_stands_where_its_minutes_are_and_is_as_long_as_it_sounds():
    (one,) = drawn(entry(6, 30, minutes=45)).drawn
    assert one.box == LineBox(390, 0, 45, 100)
    assert one.heard is None


def test_a_short_one_is_still_seen_and_what_sounds_over_midnight_ends_with_the_day():
    assert drawn(entry(6, minutes=1)).drawn[0].box.width == 4
    assert drawn(entry(23, 50, minutes=30)).drawn[0].box.width == 10


def test_how_much_was_heard_fills_its_box_from_below():
    (one,) = drawn(heard(5, finished=1)).drawn
    assert one.heard == LineBox(300, 50, 10, 50)
    assert one.entry.heard_words == "1/2 loa đã đọc hết, nghe được 50% thời lượng"
    assert drawn(heard(5)).drawn[0].entry.heard_words == "2/2 loa đã đọc hết"


def test_what_overlaps_lies_side_by_side_and_says_so():
    line = drawn(entry(5, 0), entry(5, 5), entry(5, 12), entry(7))
    assert [(one.box.y, one.box.height, one.meets) for one in line.drawn] == [
        (0, 50, True),
        (50, 50, True),
        (0, 50, True),
        (0, 100, False),
    ]


def test_quiet_hours_of_all_policies_are_joined_and_parted_at_midnight():
    line = drawn(policies=[policy(("21:00", "05:00")), policy(("04:30", "05:30"), ("12:00", "13:00"))])
    assert [(box.x, box.width) for box in line.quiet] == [(0, 330), (720, 60), (1260, 180)]


def test_the_strictest_allowance_counts_what_is_planned_as_loudspeakers_do():
    policies = [policy(minutes=60), policy(minutes=30)]
    alarm = entry(17, 0, minutes=5, grade=Grade.EMERGENCY)
    line = drawn(entry(5, minutes=10), entry(5, 5, minutes=10), alarm, policies=policies)
    assert (line.allowance.minutes, line.allowance.left, line.allowance.is_over) == (30, 15, False)
    over = drawn(entry(5, minutes=31), policies=policies).allowance
    assert (over.left, over.is_over) == (0, True)
    assert drawn(entry(5), policies=[policy()]).allowance is None
    lost = drawn(entry(5, minutes=10, fate=LineFate.LOST), policies=policies)
    assert lost.allowance.left == 30
    assert drawn(heard(5, fate=LineFate.STOPPED), policies=policies).allowance.left == 30


def test_silences_of_an_hour_and_more_are_told_between():
    line = drawn(entry(5), entry(5, 30), entry(17))
    assert [gap for one, gap in line.rows if one is None] == [timedelta(hours=11, minutes=20)]


def test_the_sentence_tells_what_was_heard_by_parts_of_the_day():
    def said(*entries, now=NOON):
        return heard_sentence([drawn(*entries, now=now)], now)

    assert said(heard(5)) == "Sáng nay 2/2 loa đã đọc hết."
    assert said(heard(5), heard(6)) == "Sáng nay 2/2 loa đã đọc hết cả 2 lượt."
    assert said(heard(5), heard(6, finished=1)) == "Sáng nay chỉ 1/2 loa đã đọc hết «06:00»."
    assert said(heard(5), heard(11, 30)) == "Sáng nay 2/2 loa đã đọc hết. Trưa nay 2/2 loa đã đọc hết."
    lost = entry(6, fate=LineFate.LOST)
    assert said(heard(5), lost) == "Sáng nay 2/2 loa đã đọc hết. «06:00» không phát được."
    assert said(heard(5), heard(6, finished=0, fate=LineFate.STOPPED)) == "Sáng nay 2/2 loa đã đọc hết."
    assert said(lost) == "Sáng nay chưa đọc được gì: «06:00» không phát được."
    assert said(entry(17)) == ""
    assert said(heard(5), now=NOON + timedelta(days=1)) == ""


def test_the_present_stands_on_todays_line_alone():
    assert drawn().now == 720
    assert drawn(now=NOON - timedelta(days=1)).now is None
