"""Adds forecasts to airings under delivery: how many nodes will have the recording in time."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.airings.lateness_facts import forecasts_of
from controller.features.airings.views import AiringView
from controller.http.station import Station
from controller.model.airing_states import IN_PLANS
from controller.store import one_read


@one_read
def add_forecasts(session: Session, station: Station, scope: Scope, views: Iterable[AiringView]) -> None:
    """Give each airing that starts soon its forecast, among the loudspeakers that the person may see."""
    on_their_way = {view.id: view for view in views if view.state in IN_PLANS}
    now = station.now()
    found = forecasts_of(
        session,
        on_their_way,
        now,
        station.times,
        None if scope.is_whole() else scope.seen,
    )
    for airing, view in on_their_way.items():
        view.forecast, view.told_at = found.get(airing), now
