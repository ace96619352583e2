"""A commune's answers and what was answered, for pages and JSON."""

from collections.abc import Collection

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Caller
from controller.features.airings.consent import ConsentStanding, standing_in_family
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.precedence import order_airings
from controller.features.airings.queries import get_airing
from controller.features.consent.schemas import AnswerShown, OrderShown, StandingShown
from controller.features.consent.service import answer_airing, answer_schedule
from controller.features.schedules.consent import standing_of_schedule
from controller.features.schedules.queries import visible_schedule
from controller.http.transactions import writes
from controller.store import Session, one_read


@writes()
def answer_for_airing(
    session: Session, caller: Caller, airing_id: str, *, agrees: bool, reason: str
) -> AnswerShown:
    """Say yes or no to one airing that the person sees."""
    airing, by = visible_airing(session, caller.scope, airing_id).id, caller.by
    row = answer_airing(session, airing, agrees=agrees, reason=reason, by=by, now=caller.now())
    return AnswerShown.of(row)


@writes()
def answer_for_schedule(
    session: Session, caller: Caller, schedule_id: str, *, agrees: bool, reason: str
) -> AnswerShown:
    """Say yes or no to all occurrences of a schedule that the person sees."""
    schedule, by = visible_schedule(session, caller.scope, schedule_id).id, caller.by
    row = answer_schedule(session, schedule, agrees=agrees, reason=reason, by=by, now=caller.now())
    return AnswerShown.of(row)


@writes()
def order(session: Session, caller: Caller, first: str, then: str) -> OrderShown:
    """Say which of two priority airings goes first in the person's commune; the other follows it."""
    before, after = (visible_airing(session, caller.scope, name).id for name in (first, then))
    row = order_airings(session, before, after, by=caller.by, now=caller.now())
    return OrderShown.of(row, airing=row.id)


@one_read
def said_of_airing(session: Session, scope: Scope, airing_id: str) -> StandingShown:
    """Return what communes have said of an airing that the person sees."""
    airing = visible_airing(session, scope, airing_id)
    return _shown(standing_in_family(session, get_airing(session, airing.id)).values())


@one_read
def said_of_schedule(session: Session, scope: Scope, schedule_id: str) -> StandingShown:
    """Return what communes have said of all occurrences of a schedule that the person sees."""
    return _shown([standing_of_schedule(session, visible_schedule(session, scope, schedule_id))])


def _shown(parts: Collection[ConsentStanding]) -> StandingShown:
    communes = {
        name: {area for part in parts for area in getattr(part, name)} for name in StandingShown.model_fields
    }
    return StandingShown(**{name: sorted(found) for name, found in communes.items()})
