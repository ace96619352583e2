"""`loa bench delivery` on a small fleet: all have it, it was published once, and what stands beside it."""

import json

import pytest
from typer.testing import CliRunner

from controller.cli import app

NODES = 8
ASKED = ["bench", "delivery", "--nodes", str(NODES), "--bytes", "1000000", "--json"]


@pytest.mark.slow
@pytest.mark.nightly
def test_a_recording_comes_to_every_loudspeaker_and_is_published_once(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ASKED, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["reachable"], figures["verified"]) == (NODES, NODES)
    assert 1 <= figures["published_ratio"] <= 1.02  # proofs of the chunks are 0.5 %
    references = ("counting_seconds", "ratio", "own_reader_seconds", "own_reader_ratio", "raw_seconds")
    for name in ("verified_seconds", *references):
        assert figures[name] > 0, name
    assert figures["controller_rss_mb"] > 0
    assert figures["node_rss_kb"] > 0
