"""The log says what happened and cannot fill a disk."""

import json
import logging
import threading
from datetime import datetime, timedelta

import pytest

from controller.host import logs
from controller.host.logs import log_to, make_room
from schedules.clock import Beat, Clock


@pytest.fixture
def log(tmp_path):
    """Send the log to a file; afterwards it goes where it went before."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    place = tmp_path / "loa.log"
    root.handlers = []
    log_to(place, "INFO")
    yield place
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before, level


def test_a_beat_that_does_its_work_writes_no_line(log):
    often = threading.Semaphore(0)
    # long enough that a busy machine has ended one trigger when the next is due, which would be a warning
    clock = Clock([Beat("work", timedelta(milliseconds=250), often.release)])
    clock.start()
    for _ in range(2):
        assert often.acquire(timeout=5)
    assert clock.stop()
    logging.getLogger("controller").info("one line")
    assert [line.split(" ", 2)[2] for line in log.read_text().splitlines()] == ["INFO controller one line"]


def test_a_collector_gets_a_json_object_a_line_also_of_a_fault(log):
    log_to(log, "INFO", is_json=True)
    logging.getLogger("controller").warning("%d loa “mất” liên lạc\nxuống dòng", 2)
    try:
        int("sai")
    except ValueError:
        logging.getLogger("controller").exception("it goes on")
    first, second = (json.loads(line) for line in log.read_text("utf-8").splitlines())
    assert datetime.fromisoformat(first.pop("at")).tzinfo is not None
    assert first == {
        "level": "WARNING",
        "logger": "controller",
        "message": "2 loa “mất” liên lạc\nxuống dòng",
    }
    assert second["fault"].endswith("ValueError: invalid literal for int() with base 10: 'sai'")


def test_a_large_log_gives_way_to_a_new_one_and_the_oldest_goes(log, monkeypatch):
    monkeypatch.setattr(logging.getLogger().handlers[0], "maxBytes", 1_000)
    for number in range(200):
        logging.getLogger("controller").info("line %d of many that would fill a disk", number)
    files = sorted(log.parent.iterdir())
    assert len(files) == 1 + logs.OLDER_KEPT
    assert max(place.stat().st_size for place in files) <= 1_000
    assert "line 199" in log.read_text()


def test_a_child_program_s_log_is_put_aside_when_it_is_large(tmp_path):
    log = tmp_path / "broker.log"
    make_room(log)
    log.write_bytes(bytes(logs.LARGEST))
    make_room(log)
    assert log.exists()
    log.write_bytes(bytes(logs.LARGEST + 1))
    make_room(log)
    assert not log.exists()
    assert (tmp_path / "broker.log.1").stat().st_size == logs.LARGEST + 1
