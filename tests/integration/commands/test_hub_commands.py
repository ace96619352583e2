"""`loa hub publish` on the hub's own station, and `loa hub serve` with a list that cannot be read."""

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.clocks import utc_now
from controller.features.accounts.service import create_operator
from controller.features.hub.documents import read_feed
from controller.features.provisioning.service import found
from controller.host.station_keys import station_key
from controller.model.permissions import OperatorRole
from controller.settings import Settings
from controller.store import Store
from tests.support.station_world import PASSWORD


@pytest.fixture
def settings(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    person = {"display_name": "Quản trị", "roles": {OperatorRole.ADMINISTRATOR}, "area": settings.province}
    with store.write() as session:
        create_operator(session, name="quantri", password=PASSWORD, by=None, now=utc_now(), **person)
    store.close()
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    return settings


def hub(*arguments):
    done = CliRunner().invoke(app, ["hub", *arguments])
    return done.stdout if done.exit_code == 0 else done.stderr


def test_a_folder_is_published_and_served_by_typing(settings, tmp_path):
    folder, by = tmp_path / "hub", ("--as", "quantri")
    folder.mkdir()
    assert hub("publish", "--folder", str(folder), *by).endswith(": 0 văn bản, thêm 0.\n")
    feed = read_feed((folder / "feed").read_text(), [station_key(settings).public_x])
    assert {one.key.holder for one in feed.approvers} == {"duyet"}
    assert "bulletin.unknown" in hub("publish", "--folder", str(folder), "khong-co", *by)
    assert "not-allowed" in hub("publish", "--folder", str(folder), "--as", "canbo")
    (folder / "provinces.json").write_text("[{")
    assert "hub.provinces" in hub("serve", "--folder", str(folder), "--port", "0")
