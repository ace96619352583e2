"""`loa schedule` on a station that runs: laid down, looked at, changed and ended by typing."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.features.accounts.queries import operator_named
from controller.features.bulletins.service import draft_bulletin
from controller.features.schedules.commands import lines
from controller.features.schedules.schemas import OccurrenceShown, ScheduleWhole
from controller.model.first_people import OFFICER
from controller.terminal.options import instant
from tests.support.running_station import running

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.slow
def test_a_schedule_is_laid_down_looked_at_changed_and_ended(tmp_path, monkeypatch):
    home = tmp_path / "var"
    monkeypatch.setenv("LOA_HOME", str(home))
    with running(home, serve_pages=True, speech_workers=0, broker="embedded") as station:
        with station.store.write() as session:
            officer = operator_named(session, OFFICER)
            bulletin = draft_bulletin(
                session, title="Tin", text="Mời bà con.", by=officer, now=station.now()
            ).id

        def schedule(*arguments, code=0):
            done = CliRunner().invoke(app, ["schedule", *arguments, "--station", station.pages.address])
            assert done.exit_code == code, done.output
            return done.stderr if code else done.stdout

        tomorrow = (station.now().astimezone(ZONE) + timedelta(days=1)).date()
        asked = ("--bulletin", bulletin, "--area", "22366", "--at", "05:00", "--first", tomorrow.isoformat())
        made = json.loads(schedule("add", *asked, "--every", "day", "--times", "5", "--json"))
        assert len(made["next"]) == 5
        first, second = f"{tomorrow}T05:00", f"{tomorrow + timedelta(days=1)}T05:00"
        assert "COUNT=5" in schedule("show", made["id"])
        assert made["id"] in schedule("list")
        moved = schedule("move", made["id"], first, "--to", f"{tomorrow}T06:30")
        assert f"06:30 {tomorrow:%d/%m/%Y}" in moved
        assert "dời từ 05:00" in moved
        gone = json.loads(schedule("cancel", made["id"], second, "--reason", "Mất điện", "--json"))
        assert len(gone["next"]) == 4
        assert "schedule.no-occurrence" in schedule("cancel", made["id"], second, code=2)
        assert "time.instant" in schedule("cancel", made["id"], "hôm qua", code=2)
        assert "đã kết thúc" in schedule("end", made["id"])
        assert schedule("list") == ""
        assert made["id"] in schedule("list", "--all")


def test_a_time_is_wall_time_of_vietnam_unless_it_says_otherwise():
    assert datetime.fromisoformat(instant("2026-11-27T17:00")) == datetime.fromisoformat(
        instant("2026-11-27T10:00:00+00:00")
    )


def test_a_schedule_is_told_with_its_lunar_days_and_what_was_moved():
    moved = OccurrenceShown(
        original_at="2027-02-05T22:00:00Z", starts_at="2027-02-06T01:00:00Z", lunar="1/1", airing=None
    )
    told = ScheduleWhole.model_construct(
        id="s1",
        state="running",
        title="Tin",
        where="Phường Nha Trang",
        rule="DTSTART;TZID=Asia/Ho_Chi_Minh:20270206T050000",
        next=[moved],
    )
    assert list(lines(told))[-1] == (
        "08:00 06/02/2027\tâm lịch 1/1\tchưa tạo lượt phát (dời từ 05:00 06/02/2027)"
    )
