"""What systemd is told, over a real socket of its kind."""

import socket

import pytest

from devices.board.supervisor import Supervisor


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_it_is_told_what_the_board_does(systemd, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    supervisor = Supervisor.of_environment()
    supervisor.ready()
    supervisor.status("chưa biết giờ")
    supervisor.lives()
    supervisor.stopping()
    told = [systemd.recv(1000).decode() for _ in range(4)]
    assert told == ["READY=1", "STATUS=chưa biết giờ", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket_is_found():
    name = "loa-test-notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(5)
        Supervisor(f"@{name}").lives()
        assert listening.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "", "no/such/socket"])
def test_without_systemd_nobody_is_told(address):
    Supervisor(address).lives()
