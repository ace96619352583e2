"""The frame of every page: head, emergencies and the lost connection stay in view, at 200 % text too."""

import pytest

from tests.browser.days_shown import sound_the_alarm
from tests.browser.serving import DESKTOP, PHONE

BOX = (
    "selector => { const box = document.querySelector(selector).getBoundingClientRect();"
    " return [box.top, box.bottom]; }"
)
CUT = (
    "() => [...document.querySelectorAll(':is(.top, #thanh-khan) :is(a, summary, img, strong)')]"
    ".filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])"
    ".filter(([, box]) => box.left < 0 || box.right > document.documentElement.clientWidth || box.top < 0)"
    ".map(([what]) => what)"
)
NAVIGATION_COVERED = (
    "() => [...document.querySelectorAll('.places.bar > a, .places.side a')].filter(e => {"
    " const b = e.getBoundingClientRect();"
    " if (!b.width || b.top < 0 || b.bottom > innerHeight) return false;"
    " return !e.contains(document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2)); })"
    ".map(e => e.textContent)"
)


@pytest.fixture
def alarmed(world, shown):
    sound_the_alarm(world, shown["prepared"])


@pytest.mark.usefixtures("alarmed")
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_head_emergency_and_lost_connection_stay_in_view_and_cover_no_navigation(server, open_page, screen):
    page = open_page("canbo", "/phat", screen=screen)
    page.evaluate(
        "() => { document.getElementById('mat-ket-noi').hidden = false;"
        " scrollTo({top: 1500, behavior: 'instant'}); }"
    )
    assert page.evaluate("() => scrollY") > 1000
    head, alarm, lost = (page.evaluate(BOX, one) for one in ("header.top", "#thanh-khan", "#mat-ket-noi"))
    assert head[0] == 0
    assert head[1] <= alarm[0] + 1 < alarm[1] <= lost[0] + 1 < lost[1] < page.viewport_size["height"] / 2
    page = open_page("quantri", None, screen=screen)
    for path in ("/bao-cao", "/quy-dinh/56"):
        page.goto(server.address + path)
        for down in (0, 200, 400, 600):
            page.evaluate("top => scrollTo({top, behavior: 'instant'})", down)
            assert page.evaluate(NAVIGATION_COVERED) == [], (path, down)


@pytest.mark.usefixtures("alarmed")
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_text_of_twice_the_size_cuts_nothing_of_the_head(open_page, screen):
    page = open_page("canbo", "/", screen=screen)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert page.evaluate(CUT) == []
