"""`loa home` on the station's own machine: real brokers with TLS, bridged by the file of deploy/province."""

import json
from contextlib import ExitStack

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.clocks import utc_now
from controller.features.plans.queries import published, unacknowledged
from controller.features.provisioning.service import found
from controller.host import broker_probe
from controller.host.station_keys import Secrets
from controller.model.plan_states import DocumentKind
from controller.settings import Settings
from controller.store import Store
from devices.link import Link
from tests.support.tls_broker import TlsBroker
from tests.support.waiting import wait_until

BY = ("--as", "kythuat")


@pytest.fixture(scope="module")
def brokers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brokers")
    old = TlsBroker(folder / "old")
    new = TlsBroker(folder / "new", bridged_to=old)
    with ExitStack() as parts:
        for broker in (old, new):
            broker.start()
            parts.callback(broker.stop)
        yield old, new


@pytest.fixture(scope="module")
def founded(tmp_path_factory, brokers):
    """A station whose documents are at the old broker, and by the bridge at the new one."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=utc_now())
    link = Link(brokers[0].url, "loa-station")
    link.start()
    assert wait_until(lambda: link.is_up)
    with store.read() as session:
        for document in unacknowledged(session):
            assert link.publish(document.topic, document.payload, retain=True).wait(60)
    link.stop()
    store.close()
    return home


@pytest.fixture
def loa(founded, brokers, monkeypatch):
    old, _ = brokers
    monkeypatch.setenv("LOA_HOME", str(founded))
    monkeypatch.setenv("LOA_BROKER_URL", old.url)
    monkeypatch.setenv("LOA_NODES_BROKER_URL", old.tls_url)
    monkeypatch.setenv("LOA_PASSWORD", Secrets(founded).passwords()["kythuat"])
    monkeypatch.setattr(broker_probe, "KEYS_S", 5.0)

    def run(*arguments, fails=False):
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


@pytest.fixture
def authority(brokers, tmp_path):
    file = tmp_path / "new-ca.crt"
    file.write_text(brokers[1].pem, "ascii")
    return file


def test_it_refuses_what_would_strand_loudspeakers_and_says_why(loa, founded, brokers, tmp_path):
    old, new = brokers
    assert "không chứng minh được bằng chứng thư" in loa(
        "home", "sign", "--broker", new.tls_url, *BY, fails=True
    )
    other = tmp_path / "other.crt"
    other.write_text(old.pem, "ascii")
    told = loa("home", "sign", "--broker", new.tls_url, "--authority", str(other), *BY, fails=True)
    assert "không chứng minh được" in told
    assert "không có TLS" in loa("home", "sign", "--broker", new.url, *BY, fails=True)
    assert "Không đọc được tệp" in loa(
        "home", "sign", "--broker", new.tls_url, "--authority", str(tmp_path / "none.crt"), *BY, fails=True
    )
    assert "Chưa ký nơi kết nối nào" in loa("home", "show")
    store = Store(Settings(home=founded).database)
    with store.read() as session:
        assert published(session, DocumentKind.HOME, "56") is None
    store.close()


def test_a_home_behind_a_bridge_is_signed_and_shown(loa, brokers, authority):
    _, new = brokers
    told = loa("home", "sign", "--broker", new.tls_url, "--authority", str(authority), *BY)
    assert "Đã ký nơi kết nối" in told
    (home,) = json.loads(loa("home", "show", "--json"))
    assert (home["area"], home["brokers"], home["followed"]) == ("56", [new.tls_url], 0)
    assert len(home["authorities"]) == 1
    assert f"56: {new.tls_url}; 0/0 cụm loa đã chuyển" in loa("home", "show")
