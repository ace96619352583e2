"""The style sheet of Tabler has only what pages use: a page that uses more needs it made again."""

import re

from tests.architecture.source import ROOT, tracked_files

_CLASSES = re.compile(r'class="([^"]*)"')
_WORD = re.compile(r"[\w-]+")


def test_no_page_uses_a_class_that_the_style_sheet_leaves_out():
    left_out = set((ROOT / "frontend/left-out.txt").read_text(encoding="utf-8").split())
    assert len(left_out) > 1000
    pages = [path for path in tracked_files() if path.suffix == ".html"]
    assert len(pages) > 100
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    used = {word for classes in _CLASSES.findall(text) for word in _WORD.findall(classes)}
    assert used & left_out == set(), "npm ci && python vendor.py in frontend/ adds their rules"
