"""A station is founded once; nothing that loudspeakers trust is ever written over."""

import pytest

from controller.clocks import utc_now
from controller.errors import StartFailed
from controller.features.provisioning.service import found, is_founded
from controller.host.station_keys import Secrets
from controller.settings import Settings
from controller.store import Store


def begin(home, name="loa.sqlite"):
    settings = Settings(home=home, database_url=f"sqlite:///{home / name}")
    store = Store(settings.database)
    store.upgrade()
    try:
        found(store, settings, now=utc_now())
        assert is_founded(store)
    finally:
        store.close()


def test_an_empty_database_beside_the_keys_of_a_station_changes_no_key(tmp_path):
    begin(tmp_path)
    files = Secrets(tmp_path)
    before = [path.read_bytes() for path in (files.root_key, files.root_public, files.station_key)]
    with pytest.raises(StartFailed, match="khóa của một đài đã có"):
        begin(tmp_path, "other.sqlite")
    assert [path.read_bytes() for path in (files.root_key, files.root_public, files.station_key)] == before


def test_keys_that_were_moved_away_are_no_hindrance(tmp_path):
    begin(tmp_path)
    for path in (Secrets(tmp_path).root_key, Secrets(tmp_path).station_key):
        path.unlink()
    begin(tmp_path, "other.sqlite")
