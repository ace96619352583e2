"""What the pages of schedules show; one snapshot each."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, time
from typing import Any

from sqlalchemy.orm import Session

from controller.errors import LoaError, NotFound
from controller.features.accounts.queries import people_who_may
from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.consent_words import consent_lines
from controller.features.airings.page_queries import past_of_schedule, visible_airing
from controller.features.airings.precedence import collisions_for
from controller.features.airings.views import AiringView
from controller.features.area_groups.queries import groups_to_choose
from controller.features.areas.queries import top_area
from controller.features.bulletins.page_queries import states_of, titles_of, visible_bulletins
from controller.features.bulletins.queries import get_bulletin, programmes_among, visible_bulletin
from controller.features.schedules.calendar import CalendarDay, days_shown, lunar_words, occurrence_path
from controller.features.schedules.calendar_conflicts import MOST
from controller.features.schedules.form import ScheduleTyped
from controller.features.schedules.preview import DATES, preview
from controller.features.schedules.queries import (
    next_occurrences,
    occurrence_of,
    own_days,
    own_days_between,
    schedules_for,
    standing_of_schedule,
    targets_of_schedules,
    visible_schedule,
)
from controller.features.schedules.sentences import rule_sentence
from controller.http.station import Station
from controller.http.words import wall_day
from controller.model.accounts import Account
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin
from controller.model.permissions import Act
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule
from devices.ids import AreaCode
from schedules.icalendar import from_text
from schedules.public_holidays import public_holidays

_PAST = 10
_BULLETINS = 200
_MOST = 200
_MOST_A_DAY = 200


# --- the calendar


def week(session: Session, caller: Caller, first: date, commune: str) -> Mapping[str, Any]:
    """Return the days of a week with their conflicts."""
    days = days_shown(session, caller.viewer, first, caller.now(), commune=commune)
    return {"days": days, "xa": commune, **_meetings(session, caller, days)}


def day(caller: Caller, wanted: date, commune: str, begin: time) -> dict[str, Any]:
    """Return what is aired on one day from a time on, as much as fits on a page, with its conflicts."""
    with caller.store.read() as session:
        (found,) = days_shown(
            session,
            caller.viewer,
            wanted,
            caller.now(),
            days=1,
            commune=commune,
            shown_a_day=_MOST_A_DAY,
            begin=begin,
        )
        return {"day": found, "xa": commune, "begin": begin, **_meetings(session, caller, [found])}


def _meetings(session: Session, caller: Caller, days: Sequence[CalendarDay]) -> dict[str, Any]:
    """Return the conflicts of these days, and the pairs for which this person may choose the order."""
    met = [one for shown in days for one in shown.meetings]
    found = collisions_for(session, caller.scope.tree, caller.by, caller.now()) if met else []
    orderable = {frozenset((pair.one.airing, pair.other.airing)) for pair in found}
    return {
        "meetings": [
            (one, frozenset((one.first.airing, one.yields.airing)) in orderable) for one in met[:MOST]
        ],
        "meetings_in_all": len(met),
    }


def airing_to_move(caller: Caller, airing_id: str) -> tuple[AiringView, bool]:
    """Return an airing, and whether a schedule has made it."""
    with caller.store.read() as session:
        airing = visible_airing(session, caller.scope, airing_id)
        return airing, occurrence_of(session, airing.id) is not None


# --- schedules


def schedule_list(caller: Caller) -> dict[str, list[dict[str, Any]]]:
    """Return the running and the ended schedules, each with a sentence and its next start."""
    with caller.store.read() as session:
        running = schedules_for(session, caller.scope.hears, limit=_MOST, state=ScheduleState.RUNNING)
        ended = schedules_for(session, caller.scope.hears, limit=_MOST, state=ScheduleState.ENDED)
        rows = [*running, *ended]
        titles = titles_of(session, {row.bulletin for row in rows})
        states = states_of(session, {row.bulletin for row in rows})
        targets = targets_of_schedules(session, [row.id for row in rows])
        own, now = own_days(session), caller.now()
        lines = [
            {
                "schedule": row,
                "title": titles[row.bulletin],
                "state": states[row.bulletin],
                "where": caller.scope.where(targets[row.id]),
                "sentence": rule_sentence(from_text(row.rule), row.skips),
                "next": next((one.starts_at for one in next_occurrences(row, own, now)), None)
                if row.state is ScheduleState.RUNNING
                else None,
            }
            for row in rows
        ]
        return {"running": lines[: len(running)], "ended": lines[len(running) :]}


def schedule_page(caller: Caller, schedule_id: str) -> dict[str, Any]:
    """Return one schedule: its sentence, its next dates, its changes, and its past airings."""
    with caller.store.read() as session:
        row, targets = visible_schedule(session, caller.by, schedule_id)
        rule = from_text(row.rule)
        running = row.state is ScheduleState.RUNNING
        coming = next_occurrences(row, own_days(session), caller.now(), DATES) if running else []
        bulletin = get_bulletin(session, row.bulletin)
        return {
            "schedule": row,
            "bulletin": bulletin,
            "sentence": rule_sentence(rule, row.skips),
            "where": caller.scope.where(targets),
            "coming": [
                (one, lunar_words(wall_day(one.starts_at)), occurrence_path(row.id, one.original_at))
                for one in coming
            ],
            "moved": sorted(rule.moved),
            "cancelled": sorted(rule.cancelled),
            "past": past_of_schedule(session, caller.scope, row.id, now=caller.now(), limit=_PAST),
            "said": consent_lines(
                caller.viewer, [standing_of_schedule(session, row)] if running else [], f"/lich/{row.id}"
            ),
            "running": running,
            "is_heard": bulletin.state is BulletinState.APPROVED,
            "waits_for": what_it_waits_for(session, caller.viewer, bulletin, targets),
            "may_air": running and caller.scope.may(caller.by, Act.AIR, targets),
            "may_stop": running and caller.scope.may(caller.by, Act.STOP, targets),
        }


# --- the form


def schedule_and_areas(caller: Caller, schedule_id: str) -> tuple[Schedule, tuple[AreaCode, ...]]:
    """Return a schedule that the person may see, and the areas that it is for."""
    with caller.store.read() as session:
        return visible_schedule(session, caller.by, schedule_id)


def form_choices(caller: Caller, form: ScheduleTyped, schedule: Schedule | None) -> dict[str, Any]:
    """Return the bulletins to choose from for a new schedule, or the title of the one that has one.

    A bulletin of the province is included if its page linked here.
    """
    with caller.store.read() as session:
        if schedule is not None:
            title = visible_bulletin(session, caller.scope, schedule.bulletin).title
            return {"bulletins": [], "programmes": programmes_among(session, []), "title": title}
        not_gone = frozenset(BulletinState) - {BulletinState.WITHDRAWN}
        found = [bulletin for bulletin, _ in visible_bulletins(session, caller.scope, not_gone, _BULLETINS)]
        if form.ban_tin and form.ban_tin not in {bulletin.id for bulletin in found}:
            with suppress(NotFound):
                found.insert(0, visible_bulletin(session, caller.scope, form.ban_tin))
        programmes = programmes_among(session, [bulletin.id for bulletin in found])
        groups = groups_to_choose(session, caller.scope)
        return {"bulletins": found, "programmes": programmes, "title": "", "groups": groups}


def form_preview(caller: Caller, form: ScheduleTyped, *, is_opening: bool = False) -> dict[str, Any]:
    """Return the preview of the form, or what is still missing."""
    with caller.store.read() as session:
        try:
            known = bool(form.ban_tin) and visible_bulletin(session, caller.scope, form.ban_tin)
            bulletin = BulletinId(form.ban_tin) if known else None
            found = preview(session, caller.viewer, form, bulletin, caller.now(), is_opening=is_opening)
        except LoaError as error:
            return {"preview": None, "lacks": error.sentence}
        return {"preview": found, "lacks": ""}


# --- days off


def top_code(station: Station) -> AreaCode:
    """Return the code of the province."""
    with station.store.read() as session:
        return top_area(session).code


def days_off_of(caller: Caller, year: int) -> dict[str, Any]:
    """Return a year's days off: the state's, and the province's own."""
    with caller.store.read() as session:
        own = {row.day: row for row in own_days_between(session, date(year, 1, 1), date(year, 12, 31))}
        holidays = public_holidays(year)
        return {
            "year": year,
            "days": [(one, holidays.get(one), own.get(one)) for one in sorted(holidays.keys() | own.keys())],
            "may_rule": caller.scope.may(caller.by, Act.RULE, [top_area(session).code]),
        }


_FEW_NAMES = 3


def what_it_waits_for(
    session: Session, viewer: Viewer, bulletin: Bulletin, targets: Collection[AreaCode]
) -> str:
    """Return what must be done before the schedule is aired, and by whom; "" if nothing."""
    if bulletin.state is BulletinState.APPROVED:
        return ""
    if bulletin.state is BulletinState.SUBMITTED:
        return "Duyệt xong thì lịch tự chạy; lần nào tới giờ mà chưa duyệt thì bỏ qua."
    if bulletin.state in {BulletinState.DRAFT, BulletinState.RETURNED}:
        is_new = bulletin.state is BulletinState.DRAFT
        if viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area]):
            return "Mở bản tin rồi bấm Gửi duyệt." if is_new else "Mở bản tin, sửa rồi gửi duyệt lại."
        people = people_who_may(session, Act.WRITE, [bulletin.area])
        people.sort(key=lambda one: one.id != bulletin.author)
        return _whom_to_ask("gửi duyệt" if is_new else "sửa và gửi duyệt lại", people)
    if viewer.scope.may(viewer.operator, Act.STOP, targets):
        return "Hãy kết thúc lịch này, đặt lịch cho bản tin khác."
    return _whom_to_ask("kết thúc lịch này", people_who_may(session, Act.STOP, targets))


def _whom_to_ask(what: str, people: Collection[Account]) -> str:
    if not people:
        return f"Chưa tài khoản nào có quyền {what}. Hãy báo quản trị."
    names = [one.display_name for one in people][:_FEW_NAMES]
    others = f" và {len(people) - _FEW_NAMES} người khác" if len(people) > _FEW_NAMES else ""
    return f"Tài khoản của bạn không {what} được. Hãy nhắc người làm được: {', '.join(names)}{others}."
