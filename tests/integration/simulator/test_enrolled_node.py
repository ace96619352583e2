"""A simulated node enrols by a code at a running station over real HTTP and MQTT, hears, and is replaced."""

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests

from controller.features.accounts.queries import operator_named
from controller.features.accounts.rate_limits import BearerSecret
from controller.features.accounts.secret_codes import typed_code
from controller.features.airings.queries import deliveries_of
from controller.features.enrolment.service import make_code
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode
from controller.features.imports.bulletin_files import sample
from controller.features.quarantine.service import quarantine_node
from controller.model.airing_states import DeliveryStage
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from devices.enrolling import KEY_FILE, enrolled_in
from devices.enrolment import CLAIM_PATH, first_session_of, qr_payload
from devices.ids import AreaCode, NodeId
from devices.node_key import NodeKey
from tests.integration.simulator.station_on_mqtt import ROOT, wait_until
from tests.support.children import ENDING_S, child
from tests.support.guarded_broker import guarding, says_of
from tests.support.running_station import running

NEW = NewNode(NodeId("kh-22366-07"), AreaCode("22366"), "Nhà văn hóa thôn 2")
WITHIN = 60.0


@pytest.fixture
def guarded(tmp_path):
    with guarding(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def station(tmp_path, guarded):
    with running(tmp_path / "home", serve_pages=True, **guarded.chosen) as station:
        wait_until(station.broker_up, WITHIN, "the station is connected")
        yield station


def technician(session):
    return operator_named(session, "kythuat")


def code_for(station):
    with station.store.write() as session:
        _, code = make_code(session, NEW, by=technician(session), now=station.now())
    return typed_code(code)


def node_of(station):
    with station.store.read() as session:
        return get_node(session, NEW.id)


@contextmanager
def simulated(storage, *arguments):
    simulator = child(
        [sys.executable, "-m", "simulator", "--with-parent", "--storage", str(storage), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    with simulator as process:
        yield process
        process.stdin.close()
        process.wait(ENDING_S)


@pytest.mark.slow
def test_a_node_enrols_hears_and_gives_its_name_to_new_hardware(station, guarded, tmp_path):
    welcome = station.welcome()
    qr = qr_payload(welcome.address, code_for(station), welcome.root_public)
    with simulated(tmp_path / "old", "--qr", qr):
        wait_until(lambda: f"\n{NEW.id}:" in guarded.passwords.read_text(), WITHIN, "the broker knows it")
        wait_until(lambda: node_of(station).online, WITHIN, "the node is online")
        assert node_of(station).session > first_session_of(1)
        old = enrolled_in(tmp_path / "old").address
        with simulated(tmp_path / "new", "--enrol", code_for(station), "--station", welcome.address):
            is_new = first_session_of(2)
            wait_until(lambda: node_of(station).online and node_of(station).session > is_new, WITHIN, "new")
            assert says_of(guarded.port, old.user, old.password) == "Not authorized"
            job = TrialRun(station, Stages(quiet=True))
            bulletin = job.render(sample("short"))
            job.approve(bulletin)
            airing = job.air(bulletin, NEW.area, station.now() + timedelta(seconds=1))
            wait_until(
                lambda: rung(station, airing) == DeliveryStage.FINISHED, 120, "the new hardware heard it"
            )
        # taken out of the world: neither may it sign in, nor is it believed
        with station.store.write() as session:
            by = technician(session)
            quarantine_node(session, NEW.id, reason="Thử cách ly", by=by, now=station.now())
        new = enrolled_in(tmp_path / "new").address
        wait_until(lambda: f"\n{NEW.id}:" not in guarded.passwords.read_text(), WITHIN, "the line goes")
        wait_until(
            lambda: says_of(guarded.port, new.user, new.password) == "Not authorized", WITHIN, "refused"
        )


def rung(station, airing):
    with station.store.read() as session:
        return {one.node: one.rung for one in deliveries_of(session, airing)}[NEW.id]


def test_without_an_enrolment_a_node_says_nothing_and_wrong_codes_run_out(station, guarded, tmp_path):
    def refused(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "--storage", str(tmp_path / "x"), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=ROOT,
            timeout=WITHIN,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr.decode()

    address = station.welcome().address
    code, out, err = refused()
    assert (code, out, "chưa được gắn" in err) == (2, b"", True)
    code, out, err = refused("--enrol", "ZZZZ-ZZZZ", "--station", address)
    assert (code, out, "không đúng, đã dùng hoặc đã hết hạn" in err) == (2, b"", True)
    key = (tmp_path / "x" / KEY_FILE).read_text()
    assert refused("--enrol", code_for(station), "--station", address, "--root", "A" * 43)[0] == 2
    assert (tmp_path / "x" / KEY_FILE).read_text() == key, "one hardware, one key"
    assert guarded.passwords.read_text().count("\n") <= 3, "the station, the mark, the refused one"
    claim = NodeKey.generate().claim("ZZZZZZZZ").model_dump(mode="json")
    tries = station.pages._site.state.tries
    for _ in range(598):  # with the wrong code above and the next one: all that an address has in an hour
        tries.failed_offered(BearerSecret.ENROLMENT, "127.0.0.1")
    wrong, late = (requests.post(address + CLAIM_PATH, json=claim, timeout=20) for _ in range(2))
    assert (wrong.status_code, late.status_code) == (404, 429)
    assert json.loads(late.content)["code"] == "operator.too-many-tries"
