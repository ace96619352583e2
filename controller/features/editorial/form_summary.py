"""What a form will do once it is sent, in one sentence: where, how many loudspeakers, when, how long."""

from controller.errors import BadInput, LoaError
from controller.features.accounts.viewer import Caller
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.form_area import usual_speech_of
from controller.features.editorial.form_meetings import meetings_of
from controller.features.fleet.counts import statuses_by_area
from controller.features.schedules.sentences import rule_sentence
from controller.http.words import day_and_clock, milliseconds_clock
from controller.model.speech import Speech
from controller.store import Session
from devices.ids import AreaCode

_MOST_NAMED = 3


def summary_of(caller: Caller, form: Typed) -> tuple[str, str]:
    """Return what the form will do, and, where it cannot do it yet, what lacks; one of them is empty."""
    if not form.tieu_de.strip() or not form.noi_dung.strip():
        return "", "Chưa có tiêu đề hoặc lời đọc."
    areas = form.areas_so_far(caller.viewer)
    if not areas:
        return "", "Chưa chọn nơi phát."
    try:
        when, times = _when(caller, form)
    except LoaError as error:
        return "", error.sentence
    with caller.store.read() as session:
        count = _loudspeakers(session, caller, areas)
        usual = usual_speech_of(session, caller, form)
        meets = meetings_of(session, caller, form, areas, form.sounding_ms(usual))
    return f"{_where(caller, areas)}, {count} cụm loa, {when}; {_minutes(form, usual, times)}.{meets}", ""


def _minutes(form: Typed, usual: Speech, times: int) -> str:
    """Return what it costs of airtime, each time and each day."""
    each = form.sounding_ms(usual)
    daily = f", {times} lần là {milliseconds_clock(times * each)} phút một ngày" if times > 1 else ""
    return f"mỗi lần khoảng {milliseconds_clock(each)} phút{daily}"


def _when(caller: Caller, form: Typed) -> tuple[str, int]:
    """Return when it will be heard, in words, and how often a day."""
    repeat = form.repeat(caller)
    if repeat is not None:
        hours = [rule.at for rule in repeat.rules]
        return rule_sentence(repeat.rules[0], repeat.skips, hours).rstrip("."), len(hours)
    if not form.luc:
        raise BadInput("Chưa chọn giờ phát.", code="airing.no-start")
    if form.luc == "ngay":
        return "ngay khi được duyệt", 1
    start = form.broadcast_for([], caller.station)
    return day_and_clock(start.starts_at, caller.now()), 1


def _where(caller: Caller, areas: list[AreaCode]) -> str:
    if len(areas) > _MOST_NAMED:
        return f"{len(areas)} xã, phường"
    return ", ".join(caller.scope.name(area) for area in areas)


def _loudspeakers(session: Session, caller: Caller, areas: list[AreaCode]) -> int:
    counted = statuses_by_area(session, caller.now(), caller.scope.tree.below(areas))
    return sum(sum(found.values()) for found in counted.values())
