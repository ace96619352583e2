"""The hub's server: what one stranger, one province or one bad file cannot do to the others."""

import json
import socket
import time
from contextlib import ExitStack, closing
from datetime import date
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from controller.features.hub.figures import report_of
from controller.parts import hub
from controller.parts.hub import Hub
from tests.support.hubs import served
from tests.support.station_world import PROVINCE
from tests.support.waiting import wait_until

LONG = 24_000_000
"""Bytes: more than the system takes in before somebody reads."""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "hub"
    (place / "recordings").mkdir(parents=True)
    return place


@pytest.fixture
def open_line(folder, world):
    """Return a function that connects to a hub of the folder, and sends so many bytes."""
    with served(folder, lambda: world.now) as address, ExitStack() as lines:

        def opened(said=b""):
            host, port = address.removeprefix("http://").split(":")
            line = lines.enter_context(closing(socket.create_connection((host, int(port)), timeout=30)))
            line.sendall(said)
            return line

        opened.address = address
        yield opened


def answer_of(line):
    """Return the first line of the answer; empty where the connection was ended without one."""
    try:
        with line.makefile("rb") as answer:
            return answer.readline().decode()
    except ConnectionError:
        return ""


def test_a_recording_is_sent_whole_to_whoever_reads_slowly(folder, open_line, monkeypatch):
    monkeypatch.setattr(hub._Handler, "timeout", 2.0)
    (folder / "recordings" / ("a" * 64)).write_bytes(b"x" * LONG)
    line = open_line(f"GET /recordings/{'a' * 64} HTTP/1.0\r\n\r\n".encode())
    got, began = 0, time.monotonic()
    while block := line.recv(1_000_000):
        got += len(block)
        time.sleep(max(0.0, began + 4 * got / LONG - time.monotonic()))
    assert got > LONG
    assert time.monotonic() - began > 3, "it was read too fast to show anything"


def test_figures_that_come_byte_by_byte_hold_no_line_for_long(open_line, monkeypatch):
    monkeypatch.setattr(hub._Handler, "timeout", 0.5)
    line = open_line(b"POST /reports HTTP/1.0\r\nContent-Length: 60000\r\n\r\n")

    def is_over():
        try:
            line.sendall(b"x")
        except ConnectionError:
            return True
        return False

    assert wait_until(is_over, 60), "60,000 bytes at one in 50 ms take 50 minutes"


@pytest.fixture
def three_at_once(monkeypatch):
    monkeypatch.setattr(hub, "_MOST_AT_ONCE", 3)


@pytest.mark.usefixtures("three_at_once")
def test_lines_beyond_the_bound_are_ended_at_once_and_others_go_on(open_line):
    asked = b"GET /provinces HTTP/1.0\r\n\r\n"
    held = [open_line() for _ in range(3)]
    assert answer_of(open_line(asked)) == ""
    held[0].sendall(asked)
    assert "200" in answer_of(held[0])
    assert wait_until(lambda: "200" in answer_of(open_line(asked)))


@pytest.mark.parametrize(
    ("length", "status"), [("9" * 5000, "413"), ("65537", "413"), ("-1", "404"), ("", "404")]
)
def test_a_length_that_no_figures_have_is_refused_before_any_is_read(open_line, length, status):
    line = open_line(f"POST /reports HTTP/1.0\r\nContent-Length: {length}\r\n\r\n".encode())
    assert status in answer_of(line)


@pytest.mark.parametrize("content", ["[{", '[{"code": "56"}]', None])
def test_a_list_of_provinces_that_cannot_be_read_is_answered_with_503(folder, open_line, content):
    place = folder / "provinces.json"
    place.mkdir() if content is None else place.write_text(content)
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{open_line.address}/provinces", timeout=30)
    with refused.value:
        assert refused.value.code == 503


def test_figures_that_the_disk_damaged_are_left_out_and_replaced_by_the_next(folder, world, open_line):
    key = world.station_key
    known = [{"code": PROVINCE, "name": "Khánh Hòa", "keys": [key.public_x]}]
    (folder / "provinces.json").write_text(json.dumps(known))
    report = world.ask(report_of, date(2026, 11, 25), world.now)
    text = key.sign_bytes(report.payload(), "loa-hub-report").encode()
    kept = folder / "reports" / PROVINCE / "2026-11-25"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"\xff" + text[1:])
    assert [one["reported"] for one in Hub(folder, lambda: world.now).shown()] == [False]
    with urlopen(f"{open_line.address}/", timeout=30) as page:
        assert "Chưa báo lần nào" in page.read().decode()
    with urlopen(Request(f"{open_line.address}/reports", data=text), timeout=30) as taken:
        assert taken.status == 200
    assert kept.read_bytes() == text
