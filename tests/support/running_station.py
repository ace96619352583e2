"""A whole station in this process for tests: tone voice, real broker, real fleet as a child."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.fleet.service import NewNode
from controller.features.imports.bulletin_files import sample
from controller.features.provisioning.service import found
from controller.host.home_folder import make_home
from controller.model.airing_states import AiringState
from controller.settings import Settings
from controller.store import Store
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_fleet, fleet_of, key_seed
from devices.ids import AreaCode, NodeId
from devices.node_key import NodeKey

ENGINES = {
    "tone": "tests.support.tone_engine:ToneEngine",
    "silent": "tests.support.tone_engine:SilentEngine",
}
NODES = tuple(NewNode(NodeId(f"n{n}"), AreaCode("22366"), f"Cụm {n}") for n in range(4))
PROVINCE = AreaCode("56")


def key_of(station: Controller, node: NodeId) -> NodeKey:
    """Return the private key of one of its nodes, for who plays it."""
    return NodeKey.derived(key_seed(station.settings), node)


OVER = (AiringState.AIRED, AiringState.MISSED, AiringState.CANCELLED)


def found_home(settings: Settings) -> None:
    """Make a station's folder, database, people and keys here: in a process of its own it takes longer."""
    make_home(settings.home)
    with closing(Store(settings.database)) as store:
        store.upgrade()
        found(store, settings, now=utc_now())


@contextmanager
def running(
    home: Path, *, serve_pages: bool = False, enrolled: bool = True, **chosen
) -> Iterator[Controller]:
    """Run a station until the block ends; it has four nodes (which somebody else must play).

    `enrolled` False: they are in its database already.
    """
    settings = Settings(
        **{
            "home": home,
            "port": 0,
            "engine": "tone",
            "fallback_engine": "",
            "voice": "",
            "speech_workers": 1,
            "quiet_begins": "00:00",
            "quiet_ends": "00:00",
            "settle_seconds": 1.0,
            "require_totp": False,
            **chosen,
        }
    )
    station = Controller(settings, engines=ENGINES, serve_pages=serve_pages)
    station.start()
    try:
        if enrolled:
            with station.store.write() as session:
                enrol_fleet(session, station, NODES)
        yield station
    finally:
        station.stop()


@contextmanager
def playing(station: Controller) -> Iterator[None]:
    """Run the fleet of the four nodes."""
    fleet = fleet_of(station, list(NODES))
    fleet.start()
    try:
        fleet.wait_ready()
        yield
    finally:
        fleet.stop()


def air_short(station: Controller) -> tuple[TrialRun, str]:
    """Take the short sample through author and approver to an airing in a second's time."""
    job = TrialRun(station, Stages(quiet=True))
    bulletin = job.render(sample("short"))
    job.approve(bulletin)
    return job, job.air(bulletin, PROVINCE, station.now() + timedelta(seconds=1))


def outcome(station: Controller, airing_id) -> tuple[AiringState, dict[str, int], int]:
    """Return an airing's state, each node's rung, and its recording's length in milliseconds."""
    with station.store.read() as session:
        airing = get_airing(session, airing_id)
        rungs = {delivery.node: delivery.rung for delivery in deliveries_of(session, airing_id)}
    return airing.state, rungs, airing.duration_ms or 0
