"""Traces of airings: one airing is one trace at a real collector, whichever processes tell its parts."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from controller.features.reports.service import note_aired
from controller.host.traces import OFF, QUEUE, ROOT, collect_planned, names_of, note_planned, traces_to
from controller.runtime.airing_traces import AiringTraces
from controller.runtime.chunk_times import ChunkLog
from tests.architecture.source import ROOT as CHECKOUT
from tests.integration.web.site_world import PROVINCE, Made
from tests.support.ports import free_port
from tests.support.swelling_tone import mp3

NOW = datetime(2026, 11, 25, 4, 40, tzinfo=UTC)
ELSEWHERE = """
import sys
from datetime import UTC, datetime
from controller.host.traces import traces_to
told = traces_to(sys.argv[1], "web", "56")
at = datetime(2026, 11, 25, 4, 40, tzinfo=UTC)
told.tell(sys.argv[2], "request", at, at, {})
told.stop()
"""


PARTS = {
    ROOT,
    "request",
    "speech",
    "plan published",
    "first want",
    "chunks",
    "fetched",
    "started",
    "finished",
    "receipts",
}


class Collected:
    """What the collector's process has written."""

    def __init__(self, address, file):
        self.address, self.file = address, file

    def spans(self):
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]


@pytest.fixture
def collector(tmp_path):
    file = tmp_path / "spans"
    file.touch()
    program = [sys.executable, "-m", "tests.support.trace_collector", str(file)]
    with subprocess.Popen(
        program, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Collected(process.stdout.readline().strip(), file)
        process.stdin.close()
        process.wait(10)


def air(world, approver, log, made):
    """Plan over HTTP, send, and have all loudspeakers but the first tell of all of it; return the airing."""
    bulletin, _ = world.submitted(made=made)
    world.approve(bulletin, made)
    asked = {"bulletin": bulletin, "areas": [PROVINCE], "starts_at": str(world.now() + timedelta(seconds=60))}
    airing = approver.post("/api/v1/airings", json=asked).json()["id"]
    world.advance()
    world.publish()
    world.later(seconds=5)
    log.asked(made.recording)
    world.later(seconds=2)
    log.sent(made.recording, 30_000)
    world.later(seconds=9)
    log.sent(made.recording, 10_000)
    world.tell(airing, made, "fetched")
    start = world.later(seconds=60)
    world.advance()
    world.tell(airing, made, "started", at=start)
    world.later(seconds=9)
    world.tell(airing, made, "finished", world.nodes[1:], heard_ms=made.duration_ms)
    world.later(minutes=30)
    world.advance()
    return airing


def note_all(world):
    while world.do(note_aired):
        pass


def test_one_airing_from_its_request_to_its_last_receipt_is_one_trace(world, approver, collector):
    made = Made(mp3(), 8_000)
    world.traces = traces_to(collector.address, "station", "56")
    log = ChunkLog(world.now)
    told = AiringTraces(world.store, world.traces, world.now, log.of)
    airing = air(world, approver, log, made)
    note_all(world)
    told.look()
    elsewhere = [sys.executable, "-c", ELSEWHERE, collector.address, airing]
    subprocess.run(elsewhere, check=True, cwd=CHECKOUT, timeout=60)
    world.traces.stop()

    spans = collector.spans()
    assert {one["trace"] for one in spans} == {f"{names_of(airing)[0]:032x}"}
    (root,) = [one for one in spans if one["name"] == ROOT]
    assert root["parent"] == ""
    assert {one["parent"] for one in spans if one is not root} == {root["span"]}
    by_name = {one["name"]: one for one in spans}
    assert by_name.keys() == PARTS
    assert {one["service"] for one in spans if one["name"] == "request"} == {"loa-station", "loa-web"}
    assert by_name["chunks"]["facts"]["loa.bytes"] == 40_000
    assert by_name["chunks"]["ended"] - by_name["chunks"]["began"] == 9 * 10**9
    counts = [by_name[name]["facts"]["loa.count"] for name in ("fetched", "started", "finished")]
    nodes = by_name["fetched"]["facts"]["loa.of"]
    assert counts == [nodes, nodes, nodes - 1]
    assert root["began"] <= by_name["fetched"]["began"] <= by_name["finished"]["ended"] <= root["ended"]


def test_receipts_of_an_outage_are_one_more_part_of_the_same_trace(world, approver, collector):
    made = Made(mp3(), 8_000)
    traces = traces_to(collector.address, "station", "56")
    told = AiringTraces(world.store, traces, world.now, lambda _: None)
    airing = air(world, approver, ChunkLog(world.now), made)
    note_all(world)
    told.look()
    world.tell(airing, made, "finished", world.nodes[:1], heard_ms=made.duration_ms)
    world.later(hours=1)
    note_all(world)
    told.look()
    told.look()
    traces.stop()
    assert [one["name"] for one in collector.spans()].count("late receipts") == 1
    assert collector.spans()[-1]["name"] == "late receipts"


def test_a_trace_has_the_same_name_wherever_it_is_told():
    trace, root = names_of("a")
    assert names_of("a") == (trace, root)
    assert names_of("a", "request")[0] == trace
    assert len({names_of("a")[0], names_of("b")[0]}) == 2
    assert 0 < trace < 2**128
    assert 0 < root < 2**64


def test_a_collector_that_is_away_or_slow_holds_up_nobody():
    told = traces_to(f"http://127.0.0.1:{free_port()}/v1/traces", "station", "56")
    began = time.monotonic()
    for number in range(3 * QUEUE):
        told.tell(str(number), ROOT, NOW, NOW, {})
    told_in = time.monotonic() - began
    told.stop()
    assert told_in < 10  # the first time-out alone would take as long
    assert time.monotonic() - began < 25


def test_without_a_collector_nothing_is_told():
    assert traces_to("", "station", "56") is OFF
    OFF.tell("a", ROOT, NOW, NOW, {})
    OFF.stop()


def test_only_the_request_that_plans_collects_what_it_planned():
    planned = collect_planned()
    note_planned("a")
    assert planned == ["a"]
    assert collect_planned() == []
    assert planned == ["a"]


def test_the_chunk_log_keeps_the_newest_recordings_alone():
    now = NOW
    log = ChunkLog(lambda: now)
    for number in range(300):
        log.asked(f"{number}")
    assert log.of("0") is None
    assert log.of("299").asked_at == NOW
    log.sent("unknown", 5)
    assert log.of("unknown") is None
    now += timedelta(hours=2)
    log.asked("299")
    assert log.of("299").asked_at == now
