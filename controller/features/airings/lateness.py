"""Which nodes will have a recording before its airing starts; pure. See docs/officer.md, "Sẽ kịp".

The forecast uses facts that the station has: who has the recording, who can be reached, how fast nodes
fetched it lately, what else is sent before it, and the present rate. It is computed on each request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.features.airings.conflict_messages import when_words
from controller.model.times import Times
from devices.ids import AiringId, Grade

LATELY = timedelta(seconds=30)
"""What was fetched within this says how fast nodes come to have it now."""
ASKING = timedelta(seconds=3)
"""Before the first chunk: nodes take the plan and ask within 1 s, wants are collected for 1.5 s."""
_FEW_LATE = 50
"""Up to one in so many of the nodes that can be reached may be late unsaid: a bad link, a reboot."""
_ROUND_S, _MINUTE_S, _BITS = 5, 60, 8


def size_of(milliseconds: int, kbps: int) -> int:
    """Return the bytes of a recording of that length."""
    return milliseconds * kbps // _BITS


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """One airing under delivery: `fetched` of its `nodes` have the recording, `on_time` before its start.

    `away`: of those that lack it, how many cannot be reached now. `lately`: fetched within `LATELY`.
    """

    airing: AiringId
    grade: Grade
    size: int
    begun_at: datetime
    starts_at: datetime
    latest_start_at: datetime
    ends_at: datetime
    nodes: int
    fetched: int
    on_time: int
    away: int
    lately: int

    @property
    def lacking(self) -> int:
        """Number of nodes without it that can be reached."""
        return self.nodes - self.fetched - self.away

    @property
    def is_through(self) -> bool:
        """Whether all but a few of those that can be reached have it."""
        return self.lacking * _FEW_LATE <= self.nodes - self.away

    @property
    def order(self) -> tuple[int, datetime, AiringId]:
        """Order in which the station sends: lowest first."""
        return -self.grade.rank, self.starts_at, self.airing


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast for an airing's `nodes`: each is counted in one of the next four fields."""

    nodes: int
    in_time: int
    late: int
    """Have it only after the start, and join in the middle."""
    missed: int
    """Can be reached, but have it only when it is too late to begin."""
    away: int
    late_by: timedelta = timedelta()
    """When the last that can be reached has it, after the start."""

    @property
    def is_late(self) -> bool:
        """Whether people should be told: more than a few of those that can be reached will not have it."""
        return (self.late + self.missed) * _FEW_LATE > self.nodes - self.away


def forecasts(facts: Iterable[DeliveryFacts], now: datetime, times: Times) -> dict[AiringId, Forecast]:
    """Return the forecast of each airing; they are sent one after the other, in their order."""
    found: dict[AiringId, Forecast] = {}
    before_whole_at: list[datetime] = []
    for one in sorted(facts, key=lambda one: one.order):
        sending = times.sending(one.size, one.nodes - one.away)
        whole_at = max([one.begun_at + ASKING, *before_whole_at]) + sending
        slowed_at = now + times.at_present_pace(whole_at - now) if now < whole_at else whole_at
        found[one.airing] = _forecast(one, now, slowed_at, times.at_present_pace(sending))
        if one.lacking:
            before_whole_at.append(whole_at)
    return found


def _forecast(one: DeliveryFacts, now: datetime, whole_at: datetime, sending: timedelta) -> Forecast:
    """`whole_at`: when all reachable nodes have it, if all goes as planned."""
    too_late_at = max(one.starts_at, min(one.latest_start_at, one.ends_at))
    if now <= whole_at:  # they all get it at the same time
        by_start = one.lacking if whole_at <= one.starts_at else 0
        by_end = one.lacking if whole_at <= too_late_at else 0
        last_at = whole_at
    elif one.lately:  # one after the other, at the recent rate
        a_second = one.lately / LATELY.total_seconds()
        by_start = _within(one.lacking, a_second, one.starts_at - now)
        by_end = _within(one.lacking, a_second, too_late_at - now)
        last_at = now + timedelta(seconds=one.lacking / a_second)
    else:  # the plan failed and no node has fetched it since: at best one more round
        last_at = now + ASKING + sending
        by_start = one.lacking if last_at <= one.starts_at else 0
        by_end = one.lacking if last_at <= too_late_at else 0
    on_time = one.on_time + by_start
    late = one.fetched - one.on_time + by_end - by_start
    missed = one.lacking - by_end
    late_by = max(timedelta(), last_at - one.starts_at) if one.lacking > by_start else timedelta()
    return Forecast(one.nodes, on_time, late, missed, one.away, late_by)


def _within(lacking: int, a_second: float, span: timedelta) -> int:
    return min(lacking, int(max(0.0, span.total_seconds()) * a_second))


def forecast_sentence(forecast: Forecast, starts_at: datetime, now: datetime) -> str:
    """Return it in an officer's words: “2.300 trong 5.000 cụm loa sẽ kịp giờ phát 17:00 chiều nay. …”."""
    ready, nodes = _number(forecast.in_time), _number(forecast.nodes)
    will = "kịp" if starts_at <= now else "sẽ kịp"
    told = [f"{ready} trong {nodes} cụm loa {will} giờ phát {when_words(starts_at, now)}."]
    by = f" khoảng {span_words(forecast.late_by)}" if forecast.late_by else ""
    if forecast.late:
        told.append(f"{_number(forecast.late)} cụm tải xong muộn{by}, sẽ vào giữa chừng.")
    if forecast.missed:
        told.append(f"{_number(forecast.missed)} cụm tải quá muộn{by}, có thể không phát lượt này.")
    if forecast.is_late and forecast.in_time:
        told.append("Cụm đã có bản tin vẫn phát đúng giờ.")
    if forecast.away:
        told.append(f"{_number(forecast.away)} cụm đang mất kết nối.")
    return " ".join(told)


def span_words(span: timedelta) -> str:
    """Return “25 giây” or “3 phút”, rounded up, so that the wait is never longer than stated."""
    seconds = -(-span.total_seconds() // _ROUND_S) * _ROUND_S
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} giây"
    return f"{-(-span.total_seconds() // _MINUTE_S):.0f} phút"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def earliest_start(
    now: datetime,
    order: tuple[Grade, datetime],
    lead: timedelta,
    facts: Iterable[DeliveryFacts],
    times: Times,
) -> datetime:
    """Return when an airing that is let into the plans now could start with all that can be reached.

    `order`: its grade and the start that is asked for; what is sent before it comes on top of its lead.
    """
    grade, starts_at = order
    place = (-grade.rank, starts_at)
    before = [one for one in facts if one.lacking and one.order[:2] <= place]
    waits = sum((times.sending(one.size, one.lacking) for one in before), timedelta())
    return now + lead + waits


def too_soon_sentence(
    asked_at: datetime, latest: datetime, nodes: int, ready_at: datetime, now: datetime
) -> str:
    """Say that a start is too near for `nodes` to have the recording by then, and from when on it is not."""
    good = _whole_minute(ready_at)
    start = when_words(asked_at, now)
    takes = span_words(ready_at - now)
    otherwise = (
        "Đặt sớm hơn thì lượt phát tự lùi tới khi gửi xong."
        if ready_at <= latest
        else "Đặt giờ này thì loa không kịp phát."
    )
    return (
        f"Giờ phát {start} quá gần: gửi bản tin tới {_number(nodes)} cụm loa cần khoảng {takes}, "
        f"tính từ lúc được duyệt. Từ {when_words(good, now)} trở đi thì mọi cụm kịp phát từ đầu. {otherwise}"
    )


def _whole_minute(at: datetime) -> datetime:
    """Return the first whole minute from an instant on: so people choose times."""
    return (
        at
        if not at.second and not at.microsecond
        else at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    )
