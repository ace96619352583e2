"""What a fleet tells its parent."""

import io
import json
import os
import threading

from devices.node.events import Ended
from simulator.facts import FactLines, item_of
from simulator.speakers import Began, Over
from tests.unit.simulator.test_speakers import NOON, arm

AT = NOON.timestamp()


def lines_of(out: io.BytesIO) -> list[dict]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_beginning_tells_how_far_from_its_planned_instant_it_was():
    item = item_of(Began("n1", arm(offset_ms=300), AT + 0.0125, AT + 0.002))
    assert (item["deviation_ms"], item["armed_ms"]) == (12.5, 2.0)
    assert item["true_at"] == "2026-11-24T12:00:00.012500Z"
    assert item["planned_at"] == "2026-11-24T12:00:00.000000Z"
    assert (item["node"], item["airing"], item["offset_ms"], item["heard_ms"]) == ("n1", "a1", 300, 0)


def test_an_end_tells_how_much_was_heard_and_why_it_ended():
    item = item_of(Over("n1", arm(), AT - 0.004, AT + 10, 9_996, Ended.RAN_OUT))
    assert (item["heard_ms"], item["why"], item["deviation_ms"]) == (9_996, "ran out", -4.0)


def test_what_a_plan_made_a_loudspeaker_do_tells_when_the_plan_was_there():
    began = Began("n1", arm(), AT + 0.35, AT + 0.35)
    assert item_of(began, AT + 0.021)["told_at"] == "2026-11-24T12:00:00.021000Z"
    assert "told_at" not in item_of(began)


def test_many_nodes_come_in_one_line_and_a_told_fact_comes_after_what_was_gathered_before():
    out = io.BytesIO()
    facts = FactLines(out)
    for n in range(2500):
        facts.gather("began", {"node": n})
    facts.tell("ready", connected=3)
    facts.start()
    facts.stop()
    lines = lines_of(out)
    assert [line["fact"] for line in lines] == ["began", "began", "began", "ready"]
    assert sum(len(line["items"]) for line in lines[:3]) == 2500


def test_what_is_gathered_is_written_soon_without_being_asked():
    read, write = os.pipe()
    with os.fdopen(write, "wb") as out, os.fdopen(read, "rb") as come:
        facts = FactLines(out)
        facts.start()
        facts.gather("ended", {"node": "n1"})
        got = []
        reader = threading.Thread(target=lambda: got.append(json.loads(come.readline())))
        reader.start()
        reader.join(5)
        facts.stop()
    assert got == [{"fact": "ended", "items": [{"node": "n1"}]}]


def test_a_reader_that_is_gone_is_noticed_and_one_that_sleeps_loses_lines_but_holds_nobody_up():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb", buffering=0) as out:
        facts = FactLines(out)
        facts.start()
        facts.tell("ready")
        facts._thread.join(5)
        assert facts.is_broken
        for _ in range(3000):
            facts.tell("again")
        assert facts.lost > 0
