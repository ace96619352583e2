"""Two administrators sign at the station's own machine: `loa proposal`."""

import json
import re

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.client.local_client import local_store
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.accounts.service import create_operator
from controller.features.homes.service import WantedHome, wanted_act
from controller.features.plans.proposals import do_or_propose
from controller.features.provisioning.service import found
from controller.host.station_keys import Secrets
from controller.model.permissions import OperatorRole
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode

FIRST, SECOND = "kythuat", "quantri2"
PROVINCE = AreaCode("56")


@pytest.fixture
def passwords(tmp_path, monkeypatch):
    """Those of two administrators of a new station, whose keys loudspeakers know."""
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    settings = Settings(home=tmp_path)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    store.close()
    known = {FIRST: Secrets(tmp_path).passwords()[FIRST], SECOND: "mật khẩu của người thứ hai"}
    with local_store() as store, store.write() as session:
        create_operator(
            session,
            name=SECOND,
            display_name=SECOND,
            roles={OperatorRole.ADMINISTRATOR},
            area=PROVINCE,
            password=known[SECOND],
            by=None,
            now=utc_now(),
        )
    assert CliRunner().invoke(app, ["keys", "sign"]).exit_code == 0
    return known


@pytest.fixture
def loa(passwords, monkeypatch):
    def run(*arguments, by=None):
        monkeypatch.setenv("LOA_PASSWORD", passwords.get(by, ""))
        done = CliRunner().invoke(app, [*arguments, *(["--as", by] if by else [])])
        return done.exit_code, done.stdout, done.stderr

    return run


def test_a_policy_waits_is_listed_in_words_and_is_confirmed_by_the_other(loa):
    code, out, err = loa("policy", "sign", "--area", "22366", "--loudest", "30", by=FIRST)
    assert (code, err) == (0, "")
    (name,) = re.findall(r"loa proposal confirm (\S+) --as", out)
    assert "âm lượng lớn nhất 30%" in loa("proposal", "list")[1]
    assert "22366" not in loa("policy", "show")[1]
    code, _, err = loa("proposal", "confirm", name, by=FIRST)
    assert (code, "một quản trị khác" in err) == (2, True)
    assert loa("proposal", "confirm", name, by=SECOND)[:2] == (0, "Đã ký. Thay đổi có hiệu lực.\n")
    assert "to nhất 30%" in loa("policy", "show")[1]
    assert json.loads(loa("proposal", "list", "--json")[1]) == []


def test_the_brokers_of_a_home_are_tried_again_before_it_is_confirmed(loa, passwords, free_port):
    home = WantedHome(PROVINCE, (f"mqtts://127.0.0.1:{free_port}",), (), ())
    with local_store() as store:
        with store.read() as session:
            first = operator_named(session, FIRST)
        made = do_or_propose(
            store, wanted_act(store, home), by=first, password=passwords[FIRST], now=utc_now()
        )
    code, _, err = loa("proposal", "confirm", made.proposal, by=SECOND)
    assert (code, "home." in err) == (2, True), err
    assert [one["id"] for one in json.loads(loa("proposal", "list", "--json")[1])] == [made.proposal]
    assert loa("proposal", "withdraw", made.proposal, by=SECOND)[0] == 0
