"""Every page, folds open, wide and small, light and dark: axe finds nothing, nothing is cut, fingers fit."""

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from controller.features.accounts.service import disable_operator
from tests.browser.days_shown import sound_the_alarm
from tests.browser.forms_shown import WAYS
from tests.browser.serving import DESKTOP, PHONE
from tests.browser.shots import ALARM_SHOTS, APPROVER, LAST_SHOTS, OFFICER, SHOTS
from tests.support.nightly import NIGHTLY, amount

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of those tags that read a colour."""
OF_PLACES = ["target-size"]
"""The rule of those tags that measures where things lie; `too_small` asks more of nearly all of them."""
WHOLE, MAIN = "html", "main"
"""Where axe looks: everywhere, or not at the menus that a person's pages share."""
_USUAL = amount(MAIN, WHOLE)
OPEN_FOLDS = "() => { for (const fold of document.querySelectorAll('main details')) fold.open = true; }"
WIDTHS = "() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]"
NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 450}
"""1,280 pixels that are looked at twice as large."""


def faults_in_light(page, within=WHOLE):
    """What axe finds against WCAG 2.2 AA."""
    return _faults_in(page, within, "light", {"type": "tag", "values": TAGS})


def faults_in_dark(page, within=WHOLE):
    """What axe finds in dark: a page has the same words, roles and order as in light, only other colours."""
    return _faults_in(page, within, "dark", {"type": "rule", "values": OF_COLOURS})


def all_faults_in_dark(page, within=WHOLE):
    """What axe finds in dark by all rules, where it does not look in light."""
    return _faults_in(page, within, "dark", {"type": "tag", "values": TAGS})


def faults_of_structure(page, within=WHOLE):
    """What axe finds by the rules that read neither colours nor places, which take most of its time."""
    off = {rule: {"enabled": False} for rule in OF_COLOURS + OF_PLACES}
    return _faults_in(page, within, "light", {"type": "tag", "values": TAGS}, off)


def faults(page, within=_USUAL):
    """What axe finds in both."""
    return faults_in_light(page, within) + faults_in_dark(page, within)


def usual_faults(page):
    """What axe finds on a page that a story leads to: by night in both, by day by the rules of structure."""
    return faults(page) if NIGHTLY else faults_of_structure(page, MAIN)


def _faults_in(page, within, scheme, only, changed=None):
    is_there, shown = page.evaluate("() => [!!window.axe, document.documentElement.dataset.bsTheme]")
    if not is_there:  # no script may be injected: it is evaluated
        page.evaluate(AXE.read_text(encoding="utf-8"))
    if NIGHTLY or shown != scheme:  # by day all browsers prefer reduced motion
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    found = page.evaluate(
        # what passes is of no use here, and describing it takes a third of the time
        "([within, runOnly, rules]) => axe.run(within, {runOnly, rules, resultTypes: ['violations']})"
        ".then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + "
        "n.any.map(a => a.message).join(' ')).join(' | ')))",
        [within, only, changed or {}],
    )
    return [f"{page.url} ({scheme}): {fault}" for fault in found]


def sideways(page):
    """Whether the page is wider than its screen."""
    page.wait_for_load_state("domcontentloaded")  # a click ends when the next page begins to come
    room, needed = page.evaluate(WIDTHS)
    return [f"{page.url}: {needed} in {room}"] if needed > room else []


def sideways_at(page, size):
    """Whether the page is wider than this screen."""
    page.set_viewport_size(size)
    return sideways(page)


def sideways_at_200_percent(page):
    """Whether the page is wider than a screen that is looked at twice as large."""
    before = page.viewport_size
    found = sideways_at(page, ZOOMED)
    page.set_viewport_size(before)
    return found


def too_small(page):
    """What a finger would have to press, and is too low for it."""
    found = page.evaluate(
        "() => [...document.querySelectorAll('button, .btn, .line, .places a, summary, select, "
        "input:not([type=hidden], [type=radio], [type=checkbox], [aria-hidden]), .states a, .chip span, "
        ".check')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    return [f"{page.url}: {what}" for what in found]


# Without a telephone's touch and zoom: it would zoom out of a page that is too wide, and hide it from us.
SCREEN = {"viewport": PHONE["viewport"], "reduced_motion": "reduce"}
_OF_BULLETINS = {OFFICER, APPROVER}
"""Who looks at half of the pages."""
_SAMPLED = 3
_BY_ALL_RULES = (faults_in_light, all_faults_in_dark)
_ON_WIDE = amount((), (faults,))
"""By day axe looks on a phone alone: on a wide screen a page has the same elements."""


def faults_on(page, *, phone=(usual_faults,), wide=_ON_WIDE):
    """What is wrong with a page at both sizes; `phone`, `wide`: in which ways axe looks at it there."""
    found = _faults_at_sizes(page, phone, wide)
    page.set_viewport_size(SCREEN["viewport"])
    return found


def _faults_at_sizes(page, phone, wide):
    """Return the same; the page stays on the screen on which it did not begin.

    Each change of its size costs a fifth of what it costs to load it. So the next page begins on the other
    screen, and by day a page is seen at one of the two other widths: the one next to where it began.
    """
    found = [] if page.title() else [f"{page.url}: no title"]
    sizes = [
        (PHONE["viewport"], [too_small, *phone]),
        (NARROW, []),
        (ZOOMED, []),
        (DESKTOP["viewport"], wide),
    ]
    if page.viewport_size == DESKTOP["viewport"]:
        sizes.reverse()
    if not NIGHTLY:
        del sizes[2]
    for size, checks in sizes:
        found += sideways_at(page, size)
        found += [fault for check in checks for fault in check(page)]
    return found


def ways_to_look(n, *, is_first):
    """In which ways axe looks at the n-th page; `is_first`: of its person.

    A look takes half a second of processor time, half of it for the menus. It looks at each page's own part
    on a phone by all rules that read neither colours nor places, and at each person's first page with all
    around it: on a phone in all ways, in light on a wide screen too, for the menu that a phone folds away.
    Colours are those of one style sheet: at every third page it looks by all rules, in light and in dark in
    turn, and by night at all pages, whole, in both, on both screens.
    """
    if NIGHTLY:
        return {"phone": [faults], "wide": [faults]}
    if is_first:
        return {"phone": [partial(faults, within=WHOLE)], "wide": [faults_in_light]}
    turn, rest = divmod(n, _SAMPLED)
    look = faults_of_structure if rest else _BY_ALL_RULES[turn % 2]
    return {"phone": [partial(look, within=MAIN)], "wide": []}


def faults_of(shots, shown, open_page, server):
    """What is wrong with these pages at both sizes; each is opened by whoever looks in its picture."""
    found, pages = [], {}
    for n, shot in enumerate(shots):
        is_first = shot.who not in pages
        if is_first:
            pages[shot.who] = open_page(shot.who, None, **SCREEN)
            pages[shot.who].add_init_script(path=AXE)  # sent once, not for each page
        page, place = pages[shot.who], shot.place.format(**shown)
        answer = page.goto(server.address + place)
        assert (place, answer.status) == (place, 200)
        page.evaluate(OPEN_FOLDS)
        found += _faults_at_sizes(page, **ways_to_look(n, is_first=is_first))
    for page in pages.values():
        page.close()
    return found


@pytest.mark.parametrize("of_bulletins", [True, False], ids=["bulletins", "station"])
def test_every_page_can_be_read_and_pressed(shown, open_page, server, of_bulletins):
    """The pages are those of the pictures: every page of the table of addresses is among them."""
    shots = [shot for shot in SHOTS if (shot.who in _OF_BULLETINS) is of_bulletins]
    assert faults_of(shots, shown, open_page, server) == []


@pytest.mark.usefixtures("shown")
def test_so_can_what_a_form_leads_to(world, open_page, server):
    found = []
    for n, way in enumerate(WAYS.values()):
        page = open_page(None, None, **SCREEN)
        way(page, server.address, world)
        found += _faults_at_sizes(page, **ways_to_look(n, is_first=n == 0))
        page.close()
    open_page.watch.forgive("404")  # the page that tells of a mistake
    assert found == []


def test_so_can_the_pages_of_an_emergency_and_of_the_first_day(world, shown, open_page, server):
    shown["emergency_id"] = sound_the_alarm(world, shown["prepared"])
    found = faults_of(ALARM_SHOTS, shown, open_page, server)
    world.do(disable_operator, world.people["quantri"].id, by=None)
    assert found + faults_of(LAST_SHOTS, shown, open_page, server) == []


def test_the_font_is_ours_and_speaks_vietnamese(open_page):
    page = open_page("canbo")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_timeout(300)
    loaded = page.evaluate(
        "() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )
    assert set(loaded) == {"Be Vietnam Pro"}


def test_nothing_is_asked_of_another_server(open_page, server):
    asked = []
    page = open_page("canbo")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/")
    page.goto(f"{server.address}/tao-ban-tin")
    page.wait_for_timeout(300)
    assert asked
    assert all(url.startswith(server.address) for url in asked)


def test_a_keyboard_reaches_the_words_and_the_way_to_write(open_page):
    page = open_page("canbo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#noi-dung")).to_be_focused()
