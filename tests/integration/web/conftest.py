"""A province behind a site, asked by an HTTP client in the same process."""

import pytest
from starlette.testclient import TestClient

from controller.web.site import make_site
from tests.integration.web.site_world import PASSWORDS, Seeds


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return Seeds(tmp_path_factory.mktemp("seed"))


@pytest.fixture
def world(seeds, tmp_path):
    world = seeds.world(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def site(world):
    return make_site(world)


@pytest.fixture
def client(site):
    """A client whose faults come back as pages, as they would over a network."""
    return TestClient(site, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def sign_in(site):
    """Returns a client that is signed in as the person named."""

    def signed_in(name):
        client = TestClient(site, raise_server_exceptions=False, follow_redirects=False)
        reply = client.post("/dang-nhap", data={"ten": name, "mat_khau": PASSWORDS[name]})
        assert reply.status_code == 303, reply.text
        return client

    return signed_in


@pytest.fixture
def officer(sign_in):
    return sign_in("canbo")


@pytest.fixture
def approver(sign_in):
    return sign_in("duyet")
