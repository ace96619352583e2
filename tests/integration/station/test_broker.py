"""The broker that the station brings along comes back when it dies."""

import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.errors import StartFailed
from controller.host.broker import ChildBroker, refuse_trial_broker
from controller.settings import Settings
from tests.support.running_station import running
from tests.support.waiting import WITHIN, wait_until


@pytest.fixture
def seconds():
    """The clock of the broker's pauses, moved by the test."""
    return [1000.0]


@pytest.fixture
def broker(tmp_path, seconds):
    broker = ChildBroker("embedded", tmp_path / "broker", clock=lambda: seconds[0])
    broker.start()
    yield broker
    broker.stop()


def kill(broker):
    os.kill(broker._process.pid, signal.SIGKILL)
    broker._process.wait(WITHIN)


def accepts(broker):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", broker.port)) == 0


def test_a_broker_that_lived_long_and_died_is_started_again_at_once_on_its_port(broker, seconds):
    port = broker.port
    seconds[0] += 3600
    kill(broker)
    broker.keep_running()
    assert broker.is_running()
    assert broker.port == port
    assert wait_until(lambda: accepts(broker))


def test_a_broker_that_dies_again_and_again_is_started_after_growing_pauses(broker, seconds):
    pauses = []
    for _ in range(8):
        kill(broker)
        broker.keep_running()
        begun = seconds[0]
        while not broker.is_running():
            seconds[0] += 1
            broker.keep_running()
        pauses.append(seconds[0] - begun)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_broker_that_was_stopped_is_not_started_again(broker):
    broker.stop()
    broker.keep_running()
    assert not broker.is_running()


def test_a_station_whose_broker_dies_has_another_one_and_is_connected_again(tmp_path):
    with running(tmp_path, speech_workers=0, broker="embedded") as station:
        assert wait_until(station.broker_up)
        kill(station.broker)
        assert wait_until(lambda: not station.broker_up())
        assert wait_until(station.broker_up)
        assert station.broker_url == station.broker.url


STATION = """
import pathlib, sys
from controller.host.broker import ChildBroker
broker = ChildBroker(sys.argv[1], pathlib.Path(sys.argv[2]))
broker.start()
print(broker.port, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("chosen", "with_fleet"),
    [
        ({"broker": "embedded"}, False),
        ({"broker": "embedded", "nodes_broker_url": "mqtts://loa.example:8883"}, True),
    ],
)
def test_real_loudspeakers_are_never_given_the_embedded_broker(chosen, with_fleet):
    with pytest.raises(StartFailed) as refused:
        refuse_trial_broker(Settings(**chosen), with_fleet=with_fleet)
    assert refused.value.code == "station.trial_broker"


@pytest.mark.parametrize(
    ("chosen", "with_fleet"),
    [
        ({"broker": "embedded"}, True),
        ({"broker": "mosquitto"}, False),
        ({"broker": "embedded", "broker_url": "mqtts://loa.example:8883"}, False),
    ],
)
def test_simulated_ones_may_have_it_and_real_ones_another(chosen, with_fleet):
    refuse_trial_broker(Settings(**chosen), with_fleet=with_fleet)


@pytest.fixture
def own_log_and_signals(monkeypatch):
    """Give back what a command that runs on takes for itself: its process's log, SIGINT and SIGTERM."""
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    level = logging.root.level
    monkeypatch.setattr(logging.root, "handlers", [])
    yield
    for handler in logging.root.handlers:
        handler.close()
    logging.root.setLevel(level)
    for sign, act in before.items():
        signal.signal(sign, act)


@pytest.mark.usefixtures("own_log_and_signals")
def test_the_command_refuses_before_anything_is_started(tmp_path):
    env = {"LOA_HOME": str(tmp_path / "home"), "LOA_PORT": "0"}
    done = CliRunner().invoke(app, ["up", "--no-fleet", "--broker", "embedded"], env=env)
    assert done.exit_code == 1
    assert "station.trial_broker" in done.stderr
    assert not (tmp_path / "home" / "loa.sqlite").exists()


def test_no_broker_that_the_station_brings_along_is_heard_beyond_its_machine(tmp_path):
    for choice in ("mosquitto", "embedded"):
        broker = ChildBroker(choice, tmp_path / choice)
        broker.start()
        try:
            heard_at = listening_addresses(broker.port)
        finally:
            broker.stop()
        assert heard_at == {"0100007F"}  # 127.0.0.1


def listening_addresses(port):
    """Where something listens on a port, as the kernel writes addresses."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, heard = local.split(":")
            if state == "0A" and int(heard, 16) == port:
                found.add(address)
    return found


@pytest.mark.parametrize("choice", ["mosquitto", "embedded"])
def test_a_broker_ends_with_a_station_that_was_killed(tmp_path, choice):
    with subprocess.Popen(
        [sys.executable, "-c", STATION, choice, str(tmp_path / "broker")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as station:
        port = int(station.stdout.readline())
        station.kill()

    def is_gone():
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", port)) != 0

    assert wait_until(is_gone)


def test_a_child_broker_has_the_same_port_at_its_next_start_unless_another_program_has_it(tmp_path):
    def port_of_a_start():
        broker = ChildBroker("embedded", tmp_path / "broker")
        broker.start()
        broker.stop()
        return broker.port

    port = port_of_a_start()
    assert port_of_a_start() == port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        assert port_of_a_start() != port
