"""Migrations are one line: each has the number of its file, and one follows each but the last."""

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "controller" / "store" / "migrations" / "versions"
HEAD = re.compile(r'^revision = "(\d{4})"\ndown_revision\b.*= (?:"(\d{4})"|None)$', re.MULTILINE)


def test_no_two_migrations_have_one_number_or_follow_the_same():
    files = sorted(VERSIONS.glob("m*.py"))
    told = [HEAD.search(file.read_text(encoding="utf-8")).groups() for file in files]
    numbers, before = [number for number, _ in told], [number for _, number in told]
    assert numbers == [file.name[1:5] for file in files]
    assert len(set(numbers)) == len(files)
    assert len(set(before)) == len(files)
