"""Operations on airings for pages and JSON."""

from datetime import timedelta

from controller.features.accounts.viewer import Caller
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.conflict_check import check_conflicts, foresight_shown
from controller.features.airings.lateness import size_of
from controller.features.airings.lateness_facts import earliest_for
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning import BroadcastRequest, asking_of
from controller.features.airings.queries import targets_of
from controller.features.airings.schemas import ForesightShown
from controller.features.fleet.capabilities import unable_in
from devices.ids import AiringId
from devices.messages import MP3


def stop_airing(caller: Caller, airing_id: str, reason: str) -> AiringId:
    """Stop any airing, planned or sounding, as fast as an emergency; return the part that was stopped."""
    with caller.store.write(urgent=True) as session:
        airing = visible_airing(session, caller.scope, airing_id).id
        ended = cancel_airing(session, airing, **caller.stamp, reason=reason)
        caller.station.make_way()
        targets = targets_of(session, ended)
        outgoing = caller.station.sign(session, {area for areas in targets.values() for area in areas})
    caller.station.publish_now(outgoing)
    return airing


def conflicts_of(caller: Caller, bulletin_id: str, broadcast: BroadcastRequest) -> ForesightShown:
    """Return an airing's conflicts, and how soon how many nodes could have it; nothing is saved."""
    now = caller.now()
    with caller.store.read() as session:
        bulletin, asking = asking_of(session, bulletin_id, broadcast, by=caller.by, now=now)
        found = check_conflicts(session, bulletin, asking)
        size = size_of(found.duration // timedelta(milliseconds=1), caller.station.settings.bitrate_kbps)
        soonest = earliest_for(session, asking, size, now, caller.station.times)
        unable = unable_in(session, asking.areas, MP3, size)
    told = {"earliest_at": soonest.at, "reachable": soonest.nodes, "unable": unable}
    return foresight_shown(found).model_copy(update=told)
