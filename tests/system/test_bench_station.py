"""`loa bench ingest` and `loa bench rest` on few nodes: they end, lose nothing, and tell what is asked."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.trial import bench_ingest, bench_rest


@pytest.mark.slow
@pytest.mark.nightly
def test_what_nodes_say_goes_into_the_database_and_none_of_it_is_lost(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    for name, seconds in (("MINUTE_S", 3.0), ("SATURATED_S", 3.0), ("WARM_S", 1.0)):
        monkeypatch.setattr(bench_ingest, name, seconds)
    asked = ["bench", "ingest", "--nodes", "60", "--database", "sqlite", "--json"]
    done = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["lost"], figures["sqlite"]["acknowledged_without_a_row"]) == (0, 0)
    assert figures["messages_per_second"] > 0
    for name in ("reference_per_second", "ratio", "own_reader_per_second", "own_reader_ratio"):
        assert figures[name] > 0, name
    assert figures["sqlite"]["at_ten_times"]["receipts"] > 0


@pytest.mark.slow
@pytest.mark.nightly
def test_a_station_at_rest_answers_every_clock_request(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    for name, seconds in (("REST_S", 3.0), ("SETTLE_S", 0.5), ("STARTS", 1), ("START_S", 2.0)):
        monkeypatch.setattr(bench_rest, name, seconds)
    done = CliRunner().invoke(app, ["bench", "rest", "--nodes", "20", "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["connected"] == 20
    assert figures["clock_answered"] == figures["clock_asked"] > 0
    assert figures["clock_answer_ms"]["p99"] >= figures["clock_answer_ms"]["p50"] > 0
    assert min(figures[name] for name in ("station_cores", "fleet_cores", "station_rss_mb")) > 0
    assert figures["broker_cores"] >= 0
    assert figures["at_start"]["receipts_committed_ms"]["p99"] > 0
