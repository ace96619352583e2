"""Operations on airings for pages and JSON: one transaction each, then the station is woken."""

from controller.features.accounts.viewer import Viewer
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.queries import targets_of
from controller.http.station import Station
from devices.ids import AiringId


def stop_airing(station: Station, viewer: Viewer, airing: AiringId, reason: str) -> None:
    """Stop any airing, planned or sounding, as fast as an emergency."""
    with station.store.write(urgent=True) as session:
        ended = cancel_airing(session, airing, by=viewer.operator, now=station.now(), reason=reason)
        targets = targets_of(session, ended)
        outgoing = station.sign(session, {area for areas in targets.values() for area in areas})
    station.publish_now(outgoing)
