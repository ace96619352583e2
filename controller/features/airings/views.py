"""What a page shows, as values: tones, words and shares, so that each rule is tested without a page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.features.airings.heard import whole_ms
from controller.features.airings.lateness import Forecast, forecast_sentence
from controller.features.airings.queries import Reach, StartSpread
from controller.features.bulletins.signs import BULLETIN_SIGNS
from controller.http.named import Named
from controller.http.signs import Sign, StatusTone, unnamed
from controller.http.words import GRADE_WORDS, clock, number
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.times import STILL_OPEN
from devices.ids import AiringId, AreaCode, Grade
from schedules.turns import whole_ms as spoken_ms

AIRING_SIGNS = Named(
    {
        AiringState.PLANNED: Sign("Đã đặt lịch", "calendar-time", StatusTone.CALM),
        AiringState.DELIVERING: Sign("Đang gửi tới loa", "cloud-download", StatusTone.WORK),
        AiringState.SOUNDING: Sign("Đang phát", "broadcast", StatusTone.LIVE),
        AiringState.AIRED: Sign("Đã phát", "circle-check", StatusTone.GOOD),
        AiringState.MISSED: Sign("Không phát được", "circle-x", StatusTone.BAD),
        AiringState.CANCELLED: Sign("Đã dừng", "player-stop", StatusTone.WARN),
    },
    unnamed,
)
APPROVAL_OVER = Sign("Phê duyệt hết hiệu lực", "alert-triangle", StatusTone.BAD)
NO_LONGER_HEARD = Sign("Loa đã ngừng phát", "player-stop", StatusTone.WARN)
AWAITS_YES = Sign("Chờ xã đồng ý", "clock-pause", StatusTone.WARN)
_MINUTE = timedelta(minutes=1)
_AS_ONE_MS = 100
"""Loudspeakers of one street that differ by less are heard as one."""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of the funnel: k of n."""

    word: str
    done: int
    total: int

    @property
    def is_full(self) -> bool:
        """Whether all nodes reached this step."""
        return self.total > 0 and self.done >= self.total


def together_words(spread: StartSpread) -> str:
    """Return how far apart nodes began, in words for listeners: less than 0.1 s is heard as one start."""
    if spread.p99 <= _AS_ONE_MS:
        return "cùng lúc"
    return f"cách nhau tới {number(spread.max / 1000, 1)} giây"


def steps_of(reach: Reach) -> tuple[FunnelStep, ...]:
    """Return the funnel: how many nodes have come how far, in the order in which a node advances."""
    return (
        FunnelStep("Đã lên kế hoạch", reach.nodes, reach.nodes),
        FunnelStep("Đã tải về loa", reach.fetched, reach.nodes),
        FunnelStep("Đã bắt đầu phát", reach.started, reach.nodes),
        FunnelStep("Đã phát hết", reach.finished, reach.nodes),
    )


@dataclass(slots=True)
class AiringView:
    """An airing as lists and cards show it."""

    id: AiringId
    bulletin: str
    title: str
    state: AiringState
    grade: Grade
    volume: int
    where: str
    targets: tuple[AreaCode, ...]
    starts_at: datetime
    latest_start_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    whole_ms: int | None
    """How long each loudspeaker should sound, in all rounds, without the pauses."""
    recording: str | None
    reason: str | None
    bulletin_state: BulletinState
    revision: int
    is_approved: bool = True
    """Whether its text's approval is in force when it starts."""
    awaits_yes: bool = False
    """Whether a commune that the person sees has not said yes yet."""
    reach: Reach = field(default_factory=Reach)
    spread: StartSpread | None = None
    forecast: Forecast | None = None
    """Of what is on its way and starts soon: who will have it in time."""
    told_at: datetime | None = None
    """When the forecast was made."""
    turns: int = 1
    """In how many turns its loudspeakers speak, as they are given now where it is in no plan yet."""

    @property
    def is_late(self) -> bool:
        """Whether more than a few loudspeakers that can be reached will not have it in time."""
        return self.forecast is not None and self.forecast.is_late

    @property
    def forecast_words(self) -> str:
        """The forecast in words; empty where there is none."""
        if self.forecast is None or self.told_at is None:
            return ""
        return forecast_sentence(self.forecast, self.starts_at, self.told_at)

    @property
    def forecast_headline(self) -> str:
        """Its first sentence: how many are in time."""
        first, stop, _ = self.forecast_words.partition(". ")
        return f"{first}." if stop else first

    @property
    def sign(self) -> Sign:
        """State in words; an airing waits whose text is not approved, or that communes have not agreed to."""
        if self.state is AiringState.PLANNED and self.bulletin_state is not BulletinState.APPROVED:
            return BULLETIN_SIGNS[self.bulletin_state]
        if self.state is AiringState.PLANNED and not self.is_approved:
            return APPROVAL_OVER
        if self.state is AiringState.SOUNDING and not self.is_heard_now:
            return NO_LONGER_HEARD
        if self.state is AiringState.DELIVERING and self.is_far:
            return AIRING_SIGNS[AiringState.PLANNED]
        return AWAITS_YES if self.awaits_yes else AIRING_SIGNS[self.state]

    @property
    def is_far(self) -> bool:
        """Whether it starts hours after it was read; loudspeakers may have it since days."""
        return self.told_at is not None and self.starts_at > self.told_at + STILL_OPEN

    @property
    def is_heard_now(self) -> bool:
        """Whether it sounds, as far as loudspeakers have told: those that began have not all stopped."""
        return self.state is AiringState.SOUNDING and not self.reach.has_stopped(self.turns)

    @property
    def grade_word(self) -> str:
        """Grade in words."""
        return GRADE_WORDS[self.grade]

    @property
    def steps(self) -> tuple[FunnelStep, ...]:
        """The funnel of its deliveries."""
        return steps_of(self.reach)

    @property
    def duration(self) -> timedelta | None:
        """How long one round of its recording is."""
        return None if self.duration_ms is None else timedelta(milliseconds=self.duration_ms)

    @property
    def turns_words(self) -> str:
        """When its turns are, in words; empty where all loudspeakers sound at once."""
        return turns_words(self.turns, self.starts_at, self.ends_at)

    @property
    def ends_at(self) -> datetime | None:
        """When the last word is read, in the last turn, if the recording's length is known."""
        if self.duration_ms is None:
            return None
        return self.starts_at + timedelta(milliseconds=spoken_ms(self.duration_ms, self.turns))


def turns_words(turns: int, starts_at: datetime, over_at: datetime | None) -> str:
    """Return “4 lượt, 05:00 đến 05:14”; empty where all loudspeakers sound at once."""
    if turns == 1:
        return ""
    span = "" if over_at is None else f", {clock(starts_at)} đến {clock(_whole_minute(over_at))}"
    return f"{turns} lượt{span}"


def _whole_minute(at: datetime) -> datetime:
    """Return the first whole minute that is not before it."""
    return at if not at.second and not at.microsecond else at.replace(second=0, microsecond=0) + _MINUTE


def short_name(name: str) -> str:
    """Return a commune's name without its kind."""
    for kind in ("Phường ", "Xã ", "Đặc khu "):
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name


@dataclass(slots=True)
class Tile:
    """One commune: its nodes counted."""

    code: str
    name: str
    nodes: int = 0
    online: int = 0
    faulty: int = 0
    never: int = 0
    lost: int = 0
    """Nodes that were there once and cannot be reached now."""
    started: int = 0
    sounding: int = 0
    """Nodes that sound it now, as far as they have told."""
    ended: int = 0
    """Nodes at which the airing came to its end; `finished`: those that sounded all of it."""
    finished: int = 0
    fetched: int = 0
    asked: int = 0
    """Nodes that the airing is meant for."""

    @property
    def short_name(self) -> str:
        """The name without its kind, so that it fits."""
        return short_name(self.name)

    @property
    def kind(self) -> str:
        """Phường, Xã or Đặc khu."""
        return self.name.removesuffix(self.short_name).strip()

    @property
    def today(self) -> Sign:
        """State of the commune now: the first that applies."""
        some_heard = bool(self.asked and self.ended)
        heard_tone = StatusTone.GOOD if self.finished >= self.asked else StatusTone.WARN
        signs = (
            (self.nodes == 0, Sign("Chưa có cụm loa", "circle-dashed", StatusTone.CALM)),
            (self.never == self.nodes, Sign("Chưa từng kết nối", "circle-dashed", StatusTone.CALM)),
            (self.online == 0, Sign("Mất kết nối", "wifi-off", StatusTone.BAD)),
            (self.sounding > 0, Sign("Đang phát", "broadcast", StatusTone.LIVE)),
            (some_heard and not self.finished, Sign("Phát một phần", "alert-triangle", StatusTone.WARN)),
            (some_heard, Sign("Đã phát hết", "check", heard_tone)),
            (self.online < self.nodes, Sign("Thiếu kết nối", "alert-triangle", StatusTone.WARN)),
            (self.faulty > 0, Sign("Có trục trặc", "alert-triangle", StatusTone.WARN)),
        )
        return next(
            (sign for holds, sign in signs if holds), Sign("Sẵn sàng", "circle-check", StatusTone.GOOD)
        )

    def in_airing(self, state: AiringState) -> Sign:
        """Result of the airing in this commune: the first that applies."""
        before = state in {AiringState.PLANNED, AiringState.DELIVERING}
        now = state is AiringState.SOUNDING
        signs = (
            (0 < self.asked <= self.finished, Sign("Đã phát hết", "check", StatusTone.GOOD)),
            (before and 0 < self.asked <= self.fetched, Sign("Đã tải, chờ giờ", "clock", StatusTone.WORK)),
            (before, Sign("Chờ tải", "cloud-download", StatusTone.CALM)),
            (now and self.sounding > 0, Sign("Đang phát", "broadcast", StatusTone.LIVE)),
            (now and not self.started, Sign("Chưa phát", "clock", StatusTone.WARN)),
            (self.started > 0, Sign("Phát một phần", "alert-triangle", StatusTone.WARN)),
        )
        return next((sign for holds, sign in signs if holds), Sign("Không phát", "circle-x", StatusTone.BAD))


def whole_ms_of(airing: AiringView | Airing) -> int | None:
    """Return how long each loudspeaker should sound in an airing, of a view or a row of it."""
    return airing.whole_ms if isinstance(airing, AiringView) else whole_ms(airing)
