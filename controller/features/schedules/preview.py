"""Preview of a schedule before it is saved: its sentence, its next dates, and their conflicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Viewer
from controller.features.airings.conflict_check import Asking, check_each_for_conflicts
from controller.features.airings.conflict_messages import places
from controller.features.airings.conflicts import AiringConflict, ConflictKind, Foresight
from controller.features.airings.planning_context import length_of
from controller.features.airings.service import FURTHEST
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.turns import turns_at
from controller.features.schedules.form import ScheduleTyped
from controller.features.schedules.queries import dated_without_skips, own_days
from controller.features.schedules.sentences import rule_sentence, year_sentence
from controller.features.schedules.year_conflicts import AskedRules, YearConflict, conflicts_of_year
from controller.http.words import day_and_clock, length, milliseconds_clock
from controller.model.airing_states import OPEN
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.schedule_states import ScheduleId
from devices.ids import AiringId
from schedules.turns import whole_ms

DATES = 10
"""Next dates that a schedule's page shows."""
CHECKED = 5
"""Of these so many are held against what is planned already: each costs a look at the days around it."""


MOST_AT_ONCE = 10
"""Areas for which a page that is opened looks right away; for a whole province it asks once it is there."""


@dataclass(frozen=True, slots=True)
class Date:
    """One of the next dates with its conflicts, in words."""

    at: datetime
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Preview of the present form. `checked`: number of dates that were checked for conflicts.

    `is_later`: none yet, because the check takes a while; the page requests it again by itself.
    """

    sentence: str
    dates: Sequence[Date]
    checked: int
    is_later: bool = False
    year: Sequence[str] = ()
    """What the rules meet within a year, a sentence for each of the first ones."""
    year_more: int = 0
    in_turns: str = ""
    """How many turns there are, and how long each date lasts until the last one is over."""

    @property
    def meets_something(self) -> bool:
        """Whether any of the dates has a conflict."""
        return bool(self.year) or any(one.meets for one in self.dates)


def preview(
    session: Session,
    viewer: Viewer,
    form: ScheduleTyped,
    bulletin: BulletinId | None,
    now: datetime,
    *,
    is_opening: bool = False,
) -> Preview:
    """Return the preview of the form, or raise BadInput; without a bulletin no conflicts are checked.

    Airings already made by the changed schedule are ignored: saving the change removes them.
    """
    rules, skips, own = form.rules(), form.skips(), own_days(session)
    coming = [one for rule in rules for one in dated_without_skips(rule, skips, own, now, now + FURTHEST)]
    starts = sorted(one.starts_at for one in coming)[:DATES]
    areas = form.areas_so_far(viewer)
    is_wide = len(viewer.scope.tree.below(areas)) > MOST_AT_ONCE
    bulletin = bulletin if areas else None
    is_later = is_opening and is_wide and bulletin is not None
    asks = bulletin is not None and not is_later
    met = _met(session, viewer, form, bulletin, starts[:CHECKED]) if bulletin and asks else []
    dates = [Date(at, met[number] if number < len(met) else ()) for number, at in enumerate(starts)]
    sentence = rule_sentence(rules[0], skips, [rule.at for rule in rules])
    if not (bulletin and asks):
        return Preview(sentence, dates, len(met), is_later)
    length_ms, _ = length_of(session, bulletin)
    asked = AskedRules(rules, skips, areas, form.grade(), length_ms)
    year = conflicts_of_year(session, asked, now=now, without={form.lich})
    told = [year_words(one, viewer.scope, now) for one in year.named]
    turns = turns_at(session, areas, form.grade()).count
    in_turns = ""
    if turns > 1:
        lasts = milliseconds_clock(whole_ms(length_ms, turns))
        in_turns = f"Loa gần nhau đọc lần lượt: {turns} lượt, mỗi lần hết sau khoảng {lasts}."
    return Preview(sentence, dates, len(met), is_later, told, year.more, in_turns)


def year_words(one: YearConflict, scope: Scope, now: datetime, it: str = "lịch này") -> str:
    """Return one conflict of a year as a sentence."""
    where, first = places(one.areas, scope.name), day_and_clock(one.first_at, now)
    return year_sentence(one.title, where, one.times, first, yields=one.yields, it=it)


def _met(
    session: Session, viewer: Viewer, form: ScheduleTyped, bulletin: BulletinId, starts: Sequence[datetime]
) -> list[tuple[str, ...]]:
    grade = form.grade()
    areas = form.areas_so_far(viewer)
    patience = LATEST_AFTER[grade]
    askings = [Asking(areas, at, at + patience, grade, form.volume()) for at in starts]
    own = _made_by(session, ScheduleId(form.lich)) if form.lich else frozenset()
    return [
        tuple(meeting_words(one, found, viewer.scope) for one in found.conflicts)
        for found in check_each_for_conflicts(session, bulletin, askings, without=own, seeks_start=False)
    ]


def _made_by(session: Session, schedule: ScheduleId) -> frozenset[AiringId]:
    query = select(Airing.id).where(Airing.schedule == schedule, Airing.state.in_(OPEN))
    return frozenset(session.scalars(query))


def meeting_words(one: AiringConflict, found: Foresight, scope: Scope, it: str = "lịch này") -> str:
    """Return one conflict as a sentence: the other airing, and which of the two loses how much time."""
    where, lost = places(one.areas, scope.name), length(one.loses)
    title = found.titles.get(one.other, "") if one.other is not None else ""
    sentences = {
        ConflictKind.QUIET_HOURS: f"Rơi vào giờ yên lặng của {where}: loa không phát {lost}.",
        ConflictKind.MINUTES_A_DAY: f"Vượt số phút được phát trong ngày của {where}: mất {lost}.",
        ConflictKind.YIELDS: f"Trùng giờ với “{title}” ở {where}: {it} phải nhường, mất {lost}.",
        ConflictKind.TAKES: f"Trùng giờ với “{title}” ở {where}: lượt kia phải nhường, mất {lost}.",
        ConflictKind.STARVES: f"Dùng hết số phút trong ngày của “{title}” ở {where}: lượt kia mất {lost}.",
    }
    return sentences[one.kind]
