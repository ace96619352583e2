"""A province behind a site, asked by an HTTP client in the same process."""

import functools
from datetime import date, time, timedelta

import pytest
from anyio.from_thread import start_blocking_portal

from controller.features.accounts.queries import operator_named
from controller.features.accounts.service import disable_operator
from controller.features.schedules.service import schedule_bulletin
from controller.host.station_keys import Secrets
from controller.settings import Settings
from devices.jose import ROOT, SigningKey
from schedules.recurrence import Daily
from tests.integration.web.kept_world import KeptWorld
from tests.integration.web.one_of_each import one_of_each
from tests.integration.web.site_world import NHA_TRANG, Seeds, SiteWorld
from tests.support.shared_site import site_before
from tests.support.site_client import SiteClient
from tests.support.templates_compiled import templates_compiled_once  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return Seeds(tmp_path_factory.mktemp("seed"))


_KEPT = {"aired": SiteWorld.aired, "objects": one_of_each}
"""What a fixture of that name finds in its world: told once for all tests of a worker."""


@pytest.fixture(scope="session")
def kept_worlds(seeds, tmp_path_factory):
    return functools.cache(lambda name: KeptWorld(seeds, tmp_path_factory.mktemp(name), _KEPT[name]))


@pytest.fixture
def world(request, seeds, kept_worlds, tmp_path):
    kept = next((name for name in _KEPT if name in request.fixturenames), None)
    world = kept_worlds(kept).world(tmp_path) if kept else seeds.world(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def aired(world):
    """Return the name of an airing that is over and that all heard."""
    return world.shown


@pytest.fixture
def objects(world):
    """Return one of everything in one commune, by the names of addresses."""
    return world.shown


@pytest.fixture(scope="session", autouse=True)
def _loop():
    """One event loop with its threads for all requests, as in the server; else each would start its own."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as here:
        here.setattr(SiteClient, "portal", portal)
        yield


@pytest.fixture
def site(world):
    return site_before(world)


@pytest.fixture
def client(site):
    """A client whose faults come back as pages, as they would over a network."""
    return SiteClient(site, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def sign_in(site, seeds):
    """Returns a client that is signed in as the person named (the door itself has tests of its own)."""

    def signed_in(name):
        client = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
        client.cookies.set("loa", seeds.tokens[name])
        return client

    return signed_in


@pytest.fixture
def officer(sign_in):
    return sign_in("canbo")


@pytest.fixture
def approver(sign_in):
    return sign_in("duyet")


@pytest.fixture
def bulletin(world):
    """An approved text."""
    bulletin, _ = world.submitted("Bản tin sáng")
    world.approve(bulletin)
    return bulletin


@pytest.fixture
def schedule(world, bulletin):
    """Its daily schedule from today on, at 17:00; it is 11:40."""
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    return world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer).id


@pytest.fixture
def headless(world, tmp_path):
    """A station without an administrator, its root key in its place."""
    administrator = world.ask(operator_named, "quantri")
    world.do(disable_operator, administrator.id, by=None)
    world.settings = Settings(home=tmp_path)
    key = SigningKey.generate(ROOT, world.now(), timedelta(days=30))
    Secrets(tmp_path).root_key.parent.mkdir()
    Secrets(tmp_path).root_key.write_text(key.to_json(), "utf-8")
    return world
