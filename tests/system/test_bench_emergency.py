"""`loa bench emergency` on few loudspeakers: heard, ended, called off everywhere; the broadcast goes on."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app

NODES = 8


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("more", [[], ["--broker", "tree", "--database", "postgresql"]])
def test_an_emergency_is_heard_ended_and_called_off_by_every_loudspeaker(tmp_path, monkeypatch, more):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    asked = ["bench", "emergency", "--nodes", str(NODES), "--runs", "2", "--storm", "4", "--json", *more]
    done = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["reachable"], figures["reached"], figures["stopped"]) == (NODES, NODES, NODES)
    assert figures["emergency_ms"]["p99"] >= figures["emergency_ms"]["p50"] > 0
    assert figures["stop_ms"]["p50"] > 0
    assert 0 < figures["told_ms"]["p50"] < figures["emergency_ms"]["p99"]
    assert 0 < figures["stop_told_ms"]["p50"] <= figures["stop_ms"]["p99"]
    assert 0 < figures["began_at_rest"] <= 4
    assert (figures["all_clear_sounded"], figures["broadcast_went_on"]) == (NODES, True)
    storm = figures["storm"]
    assert (storm["storms"], storm["nodes"], storm["connected"], storm["sounding"]) == (3, 4, 4, 4)
    assert (storm["steady"], storm["steady_reached"], storm["steady_stopped"]) == (4, 4, 4)
    assert 0 < storm["told_ms"]["p50"] < storm["emergency_ms"]["p99"]
    assert 0 < storm["sounding_s"]["p99"] <= storm["broadcast_again_s"]["p99"]
    assert storm["all_sounding_s"] > 0
