"""Every page has its pictures: the list of shots against the table of addresses, and against docs/images."""

import re

from tests.architecture.source import ROOT
from tests.browser.shots import AFTER_FORMS, ALARM_SHOTS, LAST_SHOTS, NO_PAGES, SHOTS, SUFFIXES
from tests.integration.web.access_rows import PAGES

IMAGES = ROOT / "docs" / "images"
EVERY = (*SHOTS, *ALARM_SHOTS, *LAST_SHOTS)
MOST_BYTES = 37_000
"""Of a picture, on an average: a clone stays small."""
_SHOWN = re.compile(r"images/([\w.-]+)")


def pages():
    """What is asked for with GET and is a page: streams are none."""
    asked = {key.removeprefix("GET ").partition("?")[0] for key in PAGES if key.startswith("GET ")}
    return {path for path in asked if path != "/song" and not path.startswith("/song/")}


def names():
    return {name + suffix for name in [*(shot.name for shot in EVERY), *AFTER_FORMS] for suffix in SUFFIXES}


def test_every_page_is_in_the_list_of_shots():
    assert pages() - set(NO_PAGES) == {shot.row for shot in EVERY}


def test_what_is_no_page_is_an_address_all_the_same():
    assert set(NO_PAGES) <= pages()


def test_no_two_shots_have_one_name():
    found = [shot.name for shot in EVERY] + list(AFTER_FORMS)
    assert len(found) == len(set(found))


def test_every_shot_has_its_picture_and_every_picture_its_shot():
    assert {path.stem for path in IMAGES.iterdir()} == names()
    assert {path.suffix for path in IMAGES.iterdir()} == {".webp"}


def test_the_pictures_stay_small():
    sizes = [path.stat().st_size for path in IMAGES.iterdir()]
    assert sum(sizes) < MOST_BYTES * len(sizes)


def test_what_the_guides_show_is_there():
    guides = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {name for guide in guides for name in _SHOWN.findall(guide.read_text(encoding="utf-8"))}
    assert len(shown) > 20
    assert shown <= {path.name for path in IMAGES.iterdir()}
