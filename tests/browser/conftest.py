"""A province on a real port, and Chromium that fails a test over any error in its console."""

import pytest
from playwright.sync_api import expect

from tests.browser import serving
from tests.browser.told_day import ToldDay
from tests.integration.web.site_world import Seeds
from tests.support.nightly import amount
from tests.support.parts import missing
from tests.support.templates_compiled import templates_compiled_once  # noqa: F401 - a fixture

EXPECTED = (
    "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
    "net::ERR_CONNECTION",
    "net::ERR_ABORTED",
    "Service Worker registration blocked",
)
"""What Chromium says of a stream that a test itself cut, or that a page left behind when it was left, and of
a worker that most tests do without."""

expect.set_options(timeout=20_000)  # a loaded machine is slow, not wrong


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def chromium():
    if not serving.CHROMIUM.exists():
        missing("Chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return serving.LAUNCH


@pytest.fixture(scope="session")
def browser_context_args():
    # what moves is drawn sixty times a second
    return serving.CONTEXT | serving.DESKTOP | {"reduced_motion": amount("reduce", "no-preference")}


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return Seeds(tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="session")
def told_day(seeds, tmp_path_factory):
    return ToldDay(seeds, tmp_path_factory.mktemp("day"))


@pytest.fixture
def world(request, seeds, tmp_path):
    """A province whose loudspeakers are there; after the day of the pictures for who asks what is `shown`."""
    if "shown" in request.fixturenames:
        world = request.getfixturevalue("told_day").world(tmp_path)
    else:
        world = seeds.world(tmp_path)
        world.bring_online()
    yield world
    world.store.close()


@pytest.fixture
def shown(world):
    """What the day of the pictures left, by the names of `shots`."""
    return world.shown


@pytest.fixture
def server(world):
    with serving.serving(world) as server:
        yield server


class Watch:
    """Notes whatever a page complains about."""

    def __init__(self):
        self.complaints = []
        self._forgiven = ()

    def over(self, page):
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)
        return page

    def _on_console(self, message):
        if message.type in {"error", "warning"}:
            self._note(f"{message.type}: {message.text}")

    def _on_failed(self, request):
        self._note(f"failed: {request.url} {request.failure}")

    def _on_response(self, response):
        if response.status >= 400:
            self._note(f"status {response.status}: {response.url}")

    def forgive(self, *words):
        """Forget what a test brought about itself, also what comes later: a page tries again."""
        self._forgiven += words
        self.complaints[:] = [c for c in self.complaints if not any(word in c for word in words)]

    def _note(self, complaint):
        if not any(word in complaint for word in (*EXPECTED, *self._forgiven)):
            self.complaints.append(complaint)


class Clicks:
    """Counts what a person presses on a page (typing is not counted)."""

    _COUNTS = "addEventListener('click', e => e.isTrusted && window.loaPressed(), true)"

    def __init__(self):
        self.number = 0

    def over(self, page):
        page.expose_function("loaPressed", self._pressed)
        page.add_init_script(self._COUNTS)
        page.evaluate(self._COUNTS)  # the page that is there
        return page

    def _pressed(self):
        self.number += 1


@pytest.fixture
def clicks():
    return Clicks()


@pytest.fixture
def open_page(browser, browser_context_args, server, seeds):
    """Opens a page signed in as a person (or nobody) on a screen; any complaint fails the test."""
    watch, contexts = Watch(), []

    def opened(name=None, path="/", *, screen=serving.DESKTOP, **options):
        context = browser.new_context(**(browser_context_args | screen | options))
        contexts.append(context)
        if name is not None:
            cookie = {"name": "loa", "value": seeds.tokens[name], "url": server.address}
            context.add_cookies([cookie])
        page = watch.over(context.new_page())
        page.set_default_timeout(60_000)
        page.set_default_navigation_timeout(60_000)  # a loaded machine is slow, not wrong
        if path is not None:
            page.goto(server.address + path)
        return page

    opened.watch = watch
    yield opened
    for context in contexts:
        context.close()
    assert watch.complaints == []
