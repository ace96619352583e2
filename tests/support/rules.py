"""Random rules and periods, and a slow reference implementation of their expansion."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from schedules.recurrence import (
    LAST_DAY,
    ZONE,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Weekday,
    Weekly,
)

DAY = timedelta(days=1)

days = st.dates(date(2020, 1, 1), date(2032, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2028, 2, 29), date(2026, 1, 31), date(2027, 12, 31), date(2026, 2, 17)]
)
wall_times = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
zones = st.sampled_from([ZONE, "UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns"])
month_days = st.frozensets(st.sampled_from([LAST_DAY, 1, 15, 28, 29, 30, 31]), min_size=1, max_size=3)


@st.composite
def rules(draw, *, changed=True):
    """Any rule; `changed`: perhaps with occurrences that a person moved or cancelled."""
    first, at = draw(days), draw(wall_times)
    near = st.sets(st.integers(0, 40), max_size=4)
    shared = {
        "at": at,
        "first": first,
        "zone": draw(zones),
        "left_out": frozenset(first + n * DAY for n in draw(near)),
        "added": frozenset(datetime.combine(first + n * DAY, draw(wall_times)) for n in draw(near)),
    }
    kind = draw(st.sampled_from([Once, Daily, Weekly, MonthlyByDay, MonthlyByWeekday]))
    if kind is not Once:
        ending = draw(st.sampled_from(["never", "last", "times"]))
        shared["last"] = first + draw(st.integers(0, 90)) * DAY if ending == "last" else None
        shared["times"] = draw(st.integers(1, 40)) if ending == "times" else None
    if kind is Weekly:
        shared["weekdays"] = draw(st.frozensets(st.sampled_from(Weekday), min_size=1))
    if kind is MonthlyByDay:
        shared["days"] = draw(month_days)
    if kind is MonthlyByWeekday:
        shared["nth"] = draw(st.sampled_from([-1, 1, 2, 3, 4, 5]))
        shared["weekday"] = draw(st.sampled_from(Weekday))
    if changed:
        own = sorted(named_walls(kind(**shared), first + 60 * DAY))
        picked = draw(st.lists(st.sampled_from(own), unique=True, max_size=4)) if own else []
        cut = draw(st.integers(0, len(picked)))
        shared["moved"] = frozenset(
            (wall, datetime.combine(wall.date() + draw(st.integers(-20, 20)) * DAY, draw(wall_times)))
            for wall in picked[:cut]
        )
        shared["cancelled"] = frozenset(picked[cut:])
    return kind(**shared)


@st.composite
def stretches(draw):
    since = datetime.combine(draw(days), draw(wall_times), UTC)
    return since, since + timedelta(minutes=draw(st.integers(0, 60 * 24 * 40)))


def is_named(rule, day):
    """Whether a day is one of the rule's, its end not looked at."""
    month_length = monthrange(day.year, day.month)[1]
    match rule:
        case Once():
            return day == rule.first
        case Weekly():
            return day.weekday() in rule.weekdays
        case MonthlyByDay():
            return day.day in rule.days or (LAST_DAY in rule.days and day.day == month_length)
        case MonthlyByWeekday(nth=-1):
            return day.weekday() == rule.weekday and day.day + 7 > month_length
        case MonthlyByWeekday():
            return day.weekday() == rule.weekday and (day.day - 1) // 7 + 1 == rule.nth
    return True


def named_walls(rule, until):
    """The wall times of a rule up to a day, found by trying each day from the first."""
    found, count, day = set(rule.added), 0, rule.first
    while day <= min(until, rule.last or until):
        if is_named(rule, day):
            count += 1
            if rule.times is not None and count > rule.times:
                break
            if day not in rule.left_out:
                found.add(datetime.combine(day, rule.at))
        day += DAY
    return found


def by_trying_each_day(rule, since, until):
    """The starts of a rule in a period, by the slow reference implementation."""
    zone, moved = ZoneInfo(rule.zone), dict(rule.moved)
    kept = named_walls(rule, until.date() + 3 * DAY) - rule.cancelled - moved.keys()
    walls = kept | set(moved.values())
    instants = {wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls}
    return tuple(sorted(instant for instant in instants if since <= instant < until))
