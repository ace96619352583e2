"""What looks at the station's own machine, tells traces, and asks the hub: each where it is wanted."""

from collections.abc import Callable

from controller.runtime.airing_traces import AiringTraces
from controller.runtime.chunk_times import ChunkTimes
from controller.runtime.machine_watch import MachineWatch
from controller.runtime.page_station import PageStation
from controller.store import Store
from devices.ids import RecordingId
from schedules.clock import Beat


def watching(
    station: PageStation,
    led: Store,
    may_act: Callable[[], bool],
    broker: tuple[Callable[[], bool], Callable[[], tuple[str, ...]]],
    sent: Callable[[RecordingId], ChunkTimes | None],
) -> list[Beat]:
    """Return the periodic tasks; a trial's machine is looked at by nobody.

    `broker`: whether it is connected, and which leaves of its tree are not.
    """
    machine = MachineWatch(led, station.settings, station.now, may_act, *broker)
    airings = AiringTraces(station.store, station.traces, station.now, sent)
    watches = [machine.beat()] if station.trial is None else []
    if station.settings.hub_keys:
        from controller.runtime.hub_exchange import HubExchanger  # it loads what few stations need

        asks = HubExchanger(
            led, station.settings, station.recordings, lambda: station.key, station.now, may_act
        )
        watches += asks.beats()
    return watches + ([airings.beat()] if station.settings.traces_url else [])
