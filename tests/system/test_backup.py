"""A station that has aired is backed up while it runs and lives on from its backup, on both databases."""

import time

import pyrage
import pytest
from sqlalchemy import func, select

from controller.features.airings.queries import get_airing
from controller.features.backups.backup import back_up
from controller.features.backups.restore import restore
from controller.features.doctor.invariants import invariants
from controller.features.journal.chain import verify
from controller.features.journal.queries import export
from controller.model.airing_states import AiringState
from controller.model.airings import Delivery
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.running_station import PROVINCE, air_short, outcome, playing, running

pytestmark = pytest.mark.slow


PLAN = (DocumentKind.PLAN, PROVINCE)


def wait_until(check, seconds=90.0):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)])
def fresh_database(request):
    """Return a function that gives a station's setting for an empty database, one after another."""
    if request.param == "sqlite":
        return dict
    server = request.getfixturevalue("postgres")
    return lambda: {"database_url": server.create()}


def versions(station):
    """The version of each retained document."""
    with station.store.read() as session:
        return {(one.kind, one.target): one.version for one in session.scalars(select(Published))}


def test_a_station_that_has_aired_lives_on_from_its_backup(tmp_path, fresh_database):
    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "backup.key"
    key.write_text(f"# created for a test\n{identity}\n")
    old = {"broker": "embedded", **fresh_database()}
    with running(tmp_path / "old", **old) as station, playing(station):
        _, airing = air_short(station)
        wait_until(lambda: outcome(station, airing)[0] is AiringState.AIRED)
        with station.store.read() as session:
            recording = get_airing(session, airing).recording
        heard, sound = outcome(station, airing), station.recordings.read(recording)
        back_up(station.settings, tmp_path / "safe", [str(identity.to_public())], now=station.now())
        saved = versions(station)
        air_short(station)  # what is published after the backup is newer than anything in it
        wait_until(lambda: versions(station)[PLAN] > saved[PLAN])
        before = versions(station)
    (made,) = (tmp_path / "safe").iterdir()
    assert sound[:64] not in made.read_bytes()

    new = {"broker": "embedded", **fresh_database()}
    settings = station.settings.model_copy(update={"home": tmp_path / "new", "database_url": "", **new})
    restore(settings, made, key)
    with running(tmp_path / "new", enrolled=False, **new) as station, playing(station):
        assert outcome(station, airing) == heard
        assert station.recordings.read(recording) == sound
        with station.store.read() as session:
            assert invariants(session, now=station.now()) == []
            assert verify(export(session), station.key.public_x).entries
            assert session.scalar(select(func.count()).select_from(Delivery)) == len(heard[1])
        _, again = air_short(station)
        wait_until(lambda: outcome(station, again)[0] is AiringState.AIRED)
        assert versions(station)[PLAN] > before[PLAN]
