"""What a page asks of the station while a form is typed."""

import re
from pathlib import Path

import controller

TEMPLATES = Path(controller.__file__).parent


def test_no_preview_drops_a_change_that_is_typed_while_its_request_runs():
    pages = [path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")]
    triggers = [tag for page in pages for tag in re.findall(r"<\w+ [^<]*hx-trigger=[^<]*", page)]
    previews = [tag for tag in triggers if re.search(r"hx-trigger=[^<]*(change|input|keyup)", tag)]
    assert previews
    # by default htmx keeps the first change that waits, and drops those after it
    assert [tag for tag in previews if 'hx-sync="replace"' not in tag] == []
