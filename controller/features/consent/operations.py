"""A commune's answers, for pages and JSON: one transaction each, then the station is woken."""

from controller.features.accounts.viewer import Viewer
from controller.features.airings.page_queries import seen_airing
from controller.features.airings.precedence import order_airings
from controller.features.consent.schemas import AnswerShown, OrderShown
from controller.features.consent.service import answer_airing, answer_schedule
from controller.features.schedules.queries import seen_schedule
from controller.http.station import Station


def answer_for_airing(
    station: Station, viewer: Viewer, airing_id: str, *, agrees: bool, reason: str
) -> AnswerShown:
    """Say yes or no to one airing that the person sees."""
    with station.store.write() as session:
        airing = seen_airing(session, viewer.scope, airing_id).id
        row = answer_airing(
            session, airing, agrees=agrees, reason=reason, by=viewer.operator, now=station.now()
        )
        said = AnswerShown.of(row)
    station.wake()
    return said


def answer_for_schedule(
    station: Station, viewer: Viewer, schedule_id: str, *, agrees: bool, reason: str
) -> AnswerShown:
    """Say yes or no to all occurrences of a schedule that the person sees."""
    with station.store.write() as session:
        schedule = seen_schedule(session, viewer.scope, schedule_id).id
        row = answer_schedule(
            session, schedule, agrees=agrees, reason=reason, by=viewer.operator, now=station.now()
        )
        said = AnswerShown.of(row)
    station.wake()
    return said


def order(station: Station, viewer: Viewer, first: str, then: str) -> OrderShown:
    """Say which of two priority airings goes first in the person's commune; the other follows it."""
    with station.store.write() as session:
        before, after = (seen_airing(session, viewer.scope, name).id for name in (first, then))
        row = order_airings(session, before, after, by=viewer.operator, now=station.now())
        shown = OrderShown.of(row, airing=row.id)
    station.wake()
    return shown
