"""Loads years of a province's broadcasts into a PostgreSQL of its own and measures every page over them.

Run by `make years`. `--share 1` is a province of 3,300 loudspeakers with eight airings a day each; with a
smaller share fewer loudspeakers of each commune have rows of what is older than some weeks. Airings, texts
and entries of the journal are all there in any case. docs/benchmarks.md has figures.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from controller.features.reports.sums import sum_aired
from controller.host.station_keys import StationSeal
from controller.settings import Settings
from controller.store import Store
from controller.trial.postgres import running_postgres
from tests.benchmarks.pages import add_nodes, measured, report
from tests.benchmarks.rows_of_years import RowsOfYears, Years
from tests.browser.days_shown import tell_a_day
from tests.browser.shots import SHOTS
from tests.integration.web.site_world import Seeds, SiteWorld
from tts.recordings import RecordingStore

_SERVER = (
    # the data need not survive a crash
    "fsync=off",
    "full_page_writes=off",
    "max_wal_size=4GB",
    "shared_buffers=1GB",
    "maintenance_work_mem=256MB",
    # a page's query is then computed by the connection's own process, whose processor time is read
    "max_parallel_workers_per_gather=0",
)
_NODES, _ANSWERING = 5_000, 3_300
"""Loudspeakers in use, and those of them that have rows of what they aired, eight times a day."""
_DAYS_A_YEAR, _DAYS_AHEAD = 365, 14


def loaded(server, folder, share, years):
    """Load a province; return its world, the sign-ins, and what the pictures show."""
    url = server.create()
    seeds = Seeds(folder, url)
    store = Store(url, signer=StationSeal(seeds._key))
    files = {"recordings": RecordingStore(folder / "recordings"), "settings": Settings(home=folder / "home")}
    world = SiteWorld(store, key=seeds._key, **files)
    shown = tell_a_day(world)
    add_nodes(world, shown, _NODES)
    per_commune = _ANSWERING // len(world.communes) + 1
    size = Years(
        world.now().isoformat(),
        round(_DAYS_A_YEAR * years),
        _DAYS_AHEAD,
        per_commune,
        max(1, round(per_commune * share)),
    )
    began = time.monotonic()
    rows_of_years = RowsOfYears(url, size, shown["heard"])
    for what, rows in rows_of_years.load():
        print(f"{time.monotonic() - began:5.0f} s: {rows:,} {what}", flush=True)  # noqa: T201
    steps = summed(world)
    print(f"{time.monotonic() - began:5.0f} s: {steps} steps of sums for reports", flush=True)  # noqa: T201
    rows_of_years.settle()
    return world, seeds, shown


def summed(world):
    """Sum the log as the station's beat does; return in how many transactions."""
    steps = 0
    while _summed_more(world):
        steps += 1
    return steps


def _summed_more(world):
    with world.store.write() as session:
        return sum_aired(session)


def processor_of(server):
    """Return a function that tells how many seconds the server's processes have computed."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")

    def seconds():
        return sum(_ran_ns(pid) for pid in children.read_text().split()) / 1e9

    return seconds


def _ran_ns(pid):
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except FileNotFoundError:
        return 0  # it ended meanwhile


def main(share, years, only):
    with running_postgres(_SERVER) as server, tempfile.TemporaryDirectory() as kept:
        world, seeds, shown = loaded(server, Path(kept), share, years)
        shots = [shot for shot in SHOTS if not only or shot.name in only]
        pages = measured(world, seeds, shots, shown, processor_of(server))
        report(f"{_NODES:,} nodes, {years:g} years, share {share:g}", pages)
        world.store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.1, help="of the loudspeakers that heard old airings")
    parser.add_argument("--years", type=float, default=3)
    parser.add_argument("--only", nargs="*", default=(), help="names of pages, as in tests/browser/shots.py")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends with us
    main(asked.share, asked.years, asked.only)
