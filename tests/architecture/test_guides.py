"""The guides in Vietnamese: what they print in bold stands on the pages, so that a reader finds it there."""

import re

from tests.architecture.source import ROOT, tracked_files

GUIDES = ("officer.md", "approver.md", "technician.md")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_TAG = re.compile(r"<[^<>]*>")


def on_pages():
    """All text of templates and code in one line, with and without what tags interrupt it."""
    files = [path for path in tracked_files() if path.suffix in {".html", ".py", ".js", ".csv"}]
    shown = [
        path for path in files if path.is_relative_to(ROOT / "controller") and "vendor" not in path.parts
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in shown)
    return re.sub(r"\s+", " ", _TAG.sub("", text) + text)


def test_what_the_guides_print_in_bold_stands_on_the_pages():
    text = on_pages()
    bold = {
        (guide, word)
        for guide in GUIDES
        for word in _BOLD.findall((ROOT / "docs" / guide).read_text(encoding="utf-8"))
        if not word.endswith((":", "."))  # these head a paragraph
    }
    assert len(bold) > 200
    assert {(guide, word) for guide, word in bold if word.removesuffix("…").strip() not in text} == set()
