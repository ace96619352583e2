"""What a form's bulletin would meet within a year, by name, before it is sent."""

from controller.features.accounts.viewer import Caller
from controller.features.editorial.broadcast_form import Typed
from controller.features.schedules.preview import year_words
from controller.features.schedules.year_conflicts import AskedRules, conflicts_of_year
from controller.model.local_time import ZONE
from controller.store import Session
from devices.ids import AreaCode
from schedules.recurrence import Once
from schedules.skips import Skips

AT_ONCE = "ngay"
"""In the field `luc`: as soon as it is approved."""
_MOST_NAMED = 3


def meetings_of(session: Session, caller: Caller, form: Typed, areas: list[AreaCode], length_ms: int) -> str:
    """Return a sentence for each of the first, with a blank before it; empty where it meets nothing."""
    if form.luc == AT_ONCE:
        return ""
    asked = _asked(caller, form, areas, length_ms)
    found = conflicts_of_year(session, asked, now=caller.now())
    told = [year_words(one, caller.scope, caller.now()) for one in found.named[:_MOST_NAMED]]
    more = f" Và {found.total - len(told)} lịch khác." if found.total > len(told) else ""
    return "".join(f" {one}" for one in told) + more


def _asked(caller: Caller, form: Typed, areas: list[AreaCode], length_ms: int) -> AskedRules:
    """Return when it shall be heard, as rules; a single time is a rule for one day."""
    repeat = form.repeat(caller)
    if repeat is not None:
        return AskedRules(repeat.rules, repeat.skips, areas, repeat.grade, length_ms)
    broadcast = form.broadcast_for([], caller.station)
    start = broadcast.starts_at.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    return AskedRules([Once(at=start.time(), first=start.date())], Skips(), areas, broadcast.grade, length_ms)
