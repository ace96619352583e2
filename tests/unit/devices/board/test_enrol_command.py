"""`loa-board enrol`: what a slip at the keyboard costs."""

import sys

import pytest

from devices.board.__main__ import USAGE_ERROR, main


@pytest.mark.parametrize("words", [[], ["K3QD7WXA"], ["--qr", "loa1 https://loa.example"]])
def test_a_new_key_that_cannot_be_enrolled_by_what_was_typed_leaves_the_old_one(tmp_path, monkeypatch, words):
    for name in ("node.key", "enrolment.json"):
        (tmp_path / name).write_text("kept")
    monkeypatch.setattr(sys, "argv", ["loa-board", "--home", str(tmp_path), "enrol", "--new-key", *words])
    assert main() == USAGE_ERROR
    assert sorted(file.name for file in tmp_path.iterdir()) == ["enrolment.json", "node.key"]
