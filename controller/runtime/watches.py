"""What looks at the station's own machine, and what tells traces: each where it is wanted."""

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
    broker_up: Callable[[], bool],
    sent: Callable[[RecordingId], ChunkTimes | None],
) -> list[Beat]:
    """Return the periodic tasks; a trial's machine is looked at by nobody."""
    machine = MachineWatch(led, station.settings, station.now, may_act, broker_up)
    airings = AiringTraces(station.store, station.traces, station.now, sent)
    watches = [machine.beat()] if station.trial is None else []
    return watches + ([airings.beat()] if station.settings.traces_url else [])
