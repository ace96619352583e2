"""A home whose keys folder was not copied again after the station's key was renewed: it does not lead."""

import math
import shutil
from threading import Event

import pytest

from controller.app import Controller
from controller.clocks import utc_now
from controller.errors import StartFailed
from controller.features.keys.station_key_renewal import renew_station_key, take_due_key
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets, root_key_at, station_seal
from controller.parts.web import WebStation
from controller.settings import Settings
from controller.store import Store
from controller.store.station_lease import NOBODY
from tests.support.running_station import ENGINES


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", port=0, speech_workers=0, broker="embedded")


@pytest.fixture
def store(settings):
    settings.home.mkdir()
    made = Store(settings.database)
    made.upgrade()
    found(made, settings, now=utc_now())
    made.signer = station_seal(settings)
    yield made
    made.close()


def renew_elsewhere(store, settings):
    """Renew the station's key as on the other machine: this home keeps the keys that it had."""
    keys, kept = settings.home / "keys", settings.home / "kept"
    shutil.copytree(keys, kept)
    renew_station_key(
        store, settings, root_key_at(Secrets(settings.home).root_key), at_once=True, now=utc_now()
    )
    assert take_due_key(store, settings, now=utc_now())
    shutil.rmtree(keys)
    kept.rename(keys)


def test_a_standby_whose_key_was_renewed_while_it_waited_does_not_lead(store, settings):
    renew_elsewhere(store, settings)
    standby = Controller(settings, engines=ENGINES, serve_pages=False, standby=Event())
    with pytest.raises(StartFailed) as refused:
        standby.start()
    assert refused.value.code == "station.other_key"
    assert not standby.lead.is_held, "another one may lead"


def test_pages_say_that_their_home_lacks_the_key_in_use(store, settings):
    pages = WebStation(settings)
    pages.store, pages._seen = store, (math.inf, NOBODY)
    pages._make_studio()
    pages._take_keys()
    assert pages.parts_up()["key"]
    renew_elsewhere(store, settings)
    pages._take_keys()
    assert not pages.parts_up()["key"]
