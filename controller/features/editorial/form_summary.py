"""What a form will do once it is sent, in one sentence: where, how many loudspeakers, when, how long."""

from datetime import date, datetime, time, timedelta

from controller.errors import BadInput, LoaError
from controller.features.accounts.viewer import Caller
from controller.features.airings.planning_context import length_of
from controller.features.areas.turns import turns_at
from controller.features.bulletins.queries import visible_bulletin
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.form_area import usual_speech_of
from controller.features.editorial.form_meetings import meetings_of
from controller.features.fleet.counts import statuses_by_area
from controller.features.schedules.sentences import rule_sentence
from controller.http.words import day_and_clock, milliseconds_clock
from controller.model.local_time import ZONE
from controller.model.speech import Speech
from controller.store import Session
from devices.ids import AreaCode, Grade
from schedules.turns import whole_ms

_MOST_NAMED = 3
_UP_TO_A_MINUTE = timedelta(seconds=59)


def summary_of(caller: Caller, form: Typed) -> tuple[str, str]:
    """Return what the form will do, and, where it cannot do it yet, what lacks; one of them is empty."""
    if not form.tieu_de.strip() or not form.noi_dung.strip():
        return "", "Chưa có tiêu đề hoặc lời đọc."
    areas = form.areas_so_far(caller.viewer)
    if not areas:
        return "", "Chưa chọn nơi phát."
    try:
        when, starts = _when(caller, form)
    except LoaError as error:
        return "", error.sentence
    with caller.store.read() as session:
        count = _loudspeakers(session, caller, areas)
        turns = turns_at(session, areas).count if form.muc == Grade.ROUTINE else 1
        usual = usual_speech_of(session, caller, form)
        meets = meetings_of(session, caller, form, areas, form.sounding_ms(usual))
    minutes = _minutes(form, usual, max(1, len(starts))) + _in_turns(form.sounding_ms(usual), starts, turns)
    return f"{_where(caller, areas)}, {count} cụm loa, {when}; {minutes}.{meets}", ""


def end_of_turns(caller: Caller, form: Typed, bulletin_id: str) -> str:
    """Return when the last turn of a bulletin that exists would be over; empty where all sound at once."""
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, bulletin_id)
        areas = form.areas_so_far(caller.viewer)
        turns = turns_at(session, areas).count if areas and form.muc == Grade.ROUTINE else 1
        if turns == 1:
            return ""
        each, _ = length_of(session, bulletin.id)
    try:
        _, starts = _when(caller, form)
    except LoaError:
        return ""  # not filled in yet; handing it in says what lacks
    said = _in_turns(each, starts, turns).removeprefix("; ")
    return f"{said[0].upper()}{said[1:]}."


def _in_turns(each: int, starts: list[time], turns: int) -> str:
    """Return how many turns it takes and when the last of them is over; empty where all sound at once."""
    if turns == 1:
        return ""
    lasts = timedelta(milliseconds=whole_ms(each, turns))
    ends = (datetime.combine(date.min, start) + lasts + _UP_TO_A_MINUTE for start in starts)
    over = " và ".join(f"{end:%H:%M}" for end in ends)
    until = (
        f"hết khoảng {over}" if over else f"hết sau khoảng {milliseconds_clock(whole_ms(each, turns))} phút"
    )
    return f"; loa gần nhau đọc lần lượt, {turns} lượt, {until}"


def _minutes(form: Typed, usual: Speech, times: int) -> str:
    """Return what it costs of airtime, each time and each day."""
    each = form.sounding_ms(usual)
    daily = f", {times} lần là {milliseconds_clock(times * each)} phút một ngày" if times > 1 else ""
    return f"mỗi lần khoảng {milliseconds_clock(each)} phút{daily}"


def _when(caller: Caller, form: Typed) -> tuple[str, list[time]]:
    """Return when it will be heard, in words, and its times of day; none where it is as soon as may be."""
    repeat = form.repeat(caller)
    if repeat is not None:
        hours = [rule.at for rule in repeat.rules]
        return rule_sentence(repeat.rules[0], repeat.skips, hours).rstrip("."), hours
    if not form.luc:
        raise BadInput("Chưa chọn giờ phát.", code="airing.no-start")
    if form.luc == "ngay":
        return "ngay khi được duyệt", []
    start = form.broadcast_for([], caller.station)
    return day_and_clock(start.starts_at, caller.now()), [start.starts_at.astimezone(ZONE).time()]


def _where(caller: Caller, areas: list[AreaCode]) -> str:
    if len(areas) > _MOST_NAMED:
        return f"{len(areas)} xã, phường"
    return ", ".join(caller.scope.name(area) for area in areas)


def _loudspeakers(session: Session, caller: Caller, areas: list[AreaCode]) -> int:
    counted = statuses_by_area(session, caller.now(), caller.scope.tree.below(areas))
    return sum(sum(found.values()) for found in counted.values())
