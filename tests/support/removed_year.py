"""A world with an archived year whose receipts may go, and what is done and asked in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.features.archives.queries import archives
from controller.features.archives.removal import remove_receipts
from controller.features.doctor.invariants import invariants
from controller.features.reports.monthly import coverage
from controller.features.reports.queries import export_as_aired
from controller.features.reports.sums import sum_aired
from controller.model.airings import Airing, Delivery
from controller.model.evidence import KeptDocument
from controller.model.reports import AsAired, ReportSum
from controller.runtime.receipt_removal import ReceiptRemover
from controller.settings import Settings
from tests.integration.controller.test_archives import FEBRUARY, HERE, THERE, aired, made
from tests.support.node_keys import Signer
from tests.support.station_world import PROVINCE

LATER = datetime(2028, 1, 10, tzinfo=UTC)
STAYS = (Airing, Delivery, AsAired, KeptDocument, ReportSum)


@dataclass
class Year:
    """What the world of these tests holds: airings of 2026, one of 2027, and the file of 2026."""

    old: list
    young: str
    file: Path
    signer: Signer


def settings_in(folder):
    return Settings(
        home=folder / "home", province=PROVINCE, archives=folder / "archives", receipts_kept_years=1
    )


def told(world, folder):
    """Air twice in 2026, with nine receipts, and once in 2027; archive 2026, and it is January of 2028."""
    old = [aired(world, HERE), aired(world, HERE, THERE)]
    world.now = FEBRUARY - timedelta(days=30)
    young = aired(world, HERE)
    file = made(world, settings_in(folder)).file
    while summed(world):
        pass
    return Year(old, young, file, world.signer)


def summed(world):
    with world.store.write() as session:
        return sum_aired(session)


def ordered(world, settings, *, by=None, sha256=None):
    sha256 = sha256 or world.ask(archives)[-1].sha256
    return world.do(remove_receipts, 2026, sha256, settings, by=by or world.administrator)


def remover(world, settings, **sizes):
    """Return what removes receipts; `look` until it is done, or close it."""
    return ReceiptRemover(world.store, settings, lambda: world.now, lambda: True, **sizes)


def removed(world, settings):
    """Order it, and let the station do it."""
    ordered(world, settings)
    going = remover(world, settings, at_once=2, batches=3)
    for _ in range(3):
        going.look()
    return world.ask(archives)[-1].removal


def logs(world):
    return world.ask(lambda session: list(export_as_aired(session)))


def report(world):
    with world.store.read() as session:
        return coverage(session, PROVINCE, "2026-11", 3)


def healthy(world):
    with world.store.read() as session:
        return invariants(session, now=world.now)
