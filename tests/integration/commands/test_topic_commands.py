"""`loa topic` on the station's own machine."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.clocks import utc_now
from controller.features.provisioning.service import found
from controller.settings import Settings
from controller.store import Store


@pytest.fixture
def loa(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    store.close()
    monkeypatch.setenv("LOA_HOME", str(tmp_path))

    def run(*arguments):
        done = CliRunner().invoke(app, ["topic", *arguments])
        return done.stdout if done.exit_code == 0 else done.stderr

    return run


def test_the_list_is_edited_by_typing(loa):
    by = ("--as", "kythuat")
    assert loa("add", "Thể thao", *by) == "the-thao\tThể thao\n"
    assert loa("rename", "the-thao", "Thể dục, thể thao", *by) == "the-thao\tThể dục, thể thao\n"
    assert loa("end", "the-thao", *by) == "Thể dục, thể thao: thôi dùng.\n"
    assert "the-thao\tThể dục, thể thao\tthôi dùng\n" in loa("list")
    assert loa("bring-back", "the-thao", *by) == "Thể dục, thể thao: dùng lại.\n"
    found = json.loads(loa("list", "--json"))["topics"]
    assert found[-1] == {"code": "the-thao", "name": "Thể dục, thể thao", "is_ended": False}
    assert "topic.unknown" in loa("end", "khong-co", *by)
    assert "not-allowed" in loa("add", "Khác nữa", "--as", "canbo")
