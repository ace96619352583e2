"""Words of `loa-board enrol` and of a simulated node: what a slip costs, and keys as they are."""

import sys

import pytest

from devices.board.__main__ import USAGE_ERROR, main
from simulator.__main__ import main as simulator


@pytest.mark.parametrize("words", [[], ["K3QD7WXA"], ["--qr", "loa1 https://loa.example"]])
def test_a_new_key_that_cannot_be_enrolled_by_what_was_typed_leaves_the_old_one(tmp_path, monkeypatch, words):
    for name in ("node.key", "enrolment.json"):
        (tmp_path / name).write_text("kept")
    monkeypatch.setattr(sys, "argv", ["loa-board", "--home", str(tmp_path), "enrol", "--new-key", *words])
    assert main() == USAGE_ERROR
    assert sorted(file.name for file in tmp_path.iterdir()) == ["enrolment.json", "node.key"]


@pytest.mark.parametrize("key", ["-".ljust(43, "A"), "--".ljust(43, "A")])
@pytest.mark.parametrize(
    ("program", "folder", "words"),
    [
        (main, "--home", ["enrol", "K3QD7WXA", "--address", "no-address"]),
        (simulator, "--storage", ["--enrol", "K3QD7WXA", "--station", "no-address"]),
    ],
)
def test_a_root_key_may_begin_with_a_dash(tmp_path, capsys, program, folder, words, key):  # noqa: PLR0917 - cases
    with pytest.MonkeyPatch.context() as here:
        here.setattr(sys, "argv", ["program", folder, str(tmp_path), *words, "--root", key])
        assert program() == USAGE_ERROR
    assert "no-address" in capsys.readouterr().err, "it has read all words, and judges the address"
