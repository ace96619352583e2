"""`loa practice` beside a real station's settings: it reaches nothing that they name."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from controller.host.station_keys import Secrets
from tests.support.children import ENDING_S, child
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
STARTING_S = 300.0
"""A first start takes some ten seconds of processor: libraries, a new database, passwords. Where seven
processes wanted each core, it took two minutes."""


def _watched(kind):
    """A socket on which something of the real station would listen."""
    found = socket.socket(socket.AF_INET, kind)
    found.bind(("127.0.0.1", 0))
    if kind is socket.SOCK_STREAM:
        found.listen()
    found.settimeout(0.01)
    return found, found.getsockname()[1]


def _was_reached(found):
    try:
        found.accept() if found.type == socket.SOCK_STREAM else found.recv(10)
    except TimeoutError:
        return False
    return True


def test_it_runs_on_its_own_and_reaches_nothing_that_the_real_settings_name(tmp_path):
    real, log = tmp_path / "real", tmp_path / "out.txt"
    (real / "keys").mkdir(parents=True)
    (real / "loa.sqlite").write_bytes(b"the real station's")
    with ExitStack() as opened:
        (broker, port), (database, other), (syslog, third) = (
            _watched(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        for one in (broker, database, syslog):
            opened.callback(one.close)
        told = {
            "LOA_HOME": str(real),
            "LOA_BROKER_URL": f"mqtt://127.0.0.1:{port}",
            "LOA_AUDIO_BROKER_URL": f"mqtt://127.0.0.1:{port}",
            "LOA_CLOCK_BROKER_URL": f"mqtt://127.0.0.1:{port}",
            "LOA_DATABASE_URL": f"postgresql+psycopg://loa:x@127.0.0.1:{other}/loa",
            "LOA_SECURITY_SYSLOG": f"127.0.0.1:{third}",
            "LOA_JOURNAL_CHECKPOINTS": str(real / "checkpoints"),
            "LOA_BROKER_PASSWORDS": str(real / "passwords"),
            "LOA_SPEECH_WORKERS": "0",
        }
        command = [Path(sys.executable).with_name("loa"), "practice", "--port", "0", "--class", "2"]
        out = opened.enter_context(log.open("wb"))
        started = child(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **told}, cwd=tmp_path
        )
        process, said = opened.enter_context(started), log.read_text
        assert wait_until(
            lambda: "Dàn loa mô phỏng: 40" in said() or process.poll() is not None, STARTING_S
        ), said()
        assert process.poll() is None, said()
        address = re.search(r"Trang của đài:\s+(http://\S+)", said()).group(1)
        page = requests.get(f"{address}/dang-nhap", timeout=ENDING_S)
        assert "TẬP DƯỢT" in page.text
        assert 'name="vai" value="canboxa"' in page.text
        assert "hocvien02" in said()
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDING_S) == 0
        assert [_was_reached(one) for one in (broker, database, syslog)] == [False] * 3
    assert (real / "loa.sqlite").read_bytes() == b"the real station's"
    assert sorted(one.name for one in real.iterdir()) == ["keys", "loa.sqlite", "practice"]
    assert not list((real / "keys").iterdir())
    assert len(Secrets(real / "practice").class_passwords()) == 2
