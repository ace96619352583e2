"""`loa bench sync` on a small fleet: clocks are measured during deliveries, and in virtual time."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.trial import bench_sync

NODES = 6


@pytest.mark.slow
@pytest.mark.nightly
def test_clocks_and_starts_are_measured_in_real_and_in_virtual_time(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    monkeypatch.setattr(bench_sync, "AIRINGS", 1)
    done = CliRunner().invoke(app, ["bench", "sync", "--nodes", str(NODES), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["reachable"], figures["started"]) == (NODES, NODES)
    assert figures["clock_samples"] > 0
    assert figures["clock_error_ms"]["p99"] >= figures["clock_error_ms"]["p50"] > 0
    assert set(figures["virtual"]) == {"connected", "lost", "lost_bound", "back"}
    assert (figures["up_before_loss_s"], figures["virtual_new"]["up_before_loss_s"]) == (3600, 600)
    assert figures["virtual_asymmetric"]["bound_ms"] == 10
