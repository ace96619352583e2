"""Threads by purpose: what a flood of one kind of request can take from another."""

import asyncio
import contextlib
import threading

import anyio.to_thread
import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from controller.errors import TooManyTries
from controller.http.lanes import UrgentRoute
from controller.model.permissions import Act
from tests.integration.web.access_rows import ROWS
from tests.integration.web.site_world import PASSWORDS

_PATIENCE = 30.0  # seconds until a test gives up; what it asserts is the order, not the time


@pytest.fixture
def one_loop(site, seeds):
    """A client whose requests share one event loop, as they do in the server; signed in as the approver."""
    with TestClient(site, raise_server_exceptions=False, follow_redirects=False) as client:
        client.cookies.set("loa", seeds.tokens["duyet"])
        yield client


class Hold:
    """What the threads wait for; `is_on` until it ends, by itself or by somebody's giving up."""

    def __init__(self):
        self._released, self.is_on = threading.Event(), True

    def wait(self):
        self._released.wait(_PATIENCE)
        self.is_on = False

    def end(self):
        self._released.set()


@contextlib.contextmanager
def held(client, *lanes, ordinary=True):
    """Hold every ordinary thread, and all places of some lanes, until the block ends."""
    hold, holders = Hold(), []

    async def fill(run, times):
        with contextlib.suppress(TooManyTries):
            for _ in range(times):
                holders.append(asyncio.ensure_future(run(hold.wait)))
                await asyncio.sleep(0)
                if holders[-1].done():
                    await holders[-1]

    async def let_go():
        await asyncio.gather(*holders, return_exceptions=True)

    if ordinary:
        client.portal.call(fill, anyio.to_thread.run_sync, 40)
    for lane in lanes:
        client.portal.call(fill, lane.run, 1000)
    try:
        yield hold
    finally:
        hold.end()
        client.portal.call(let_go)


def test_a_stop_is_answered_while_every_ordinary_thread_and_every_sign_in_is_held(world, site, one_loop):
    airing, _ = world.approved_airing(seconds=7200)
    lanes = site.state.lanes
    with held(one_loop, lanes.door, lanes.known_door) as hold:
        reply = one_loop.post(f"/api/v1/airings/{airing}/stop", json={"reason": "Báo nhầm."})
        assert hold.is_on
        assert reply.status_code == 200
        refused = one_loop.post("/api/v1/emergencies/stop", json={"areas": ["56"]})
        assert hold.is_on
        assert (refused.status_code, refused.json()["code"]) == (409, "emergency.none-running")


def test_every_address_that_stops_something_or_calls_an_emergency_has_threads_of_its_own(site):
    slow = {"POST /khan/soan-san", "POST /khan/giu-san", "POST /khan/soan-san/{prepared}/bo"}
    slow |= {"POST /api/v1/emergencies/templates", "POST /api/v1/emergencies/templates/{prepared}/release"}
    urgent = {
        f"{method} {context.path}"
        for context in iter_route_contexts(site.routes)
        for method in context.methods or ()
        if isinstance(context.route, UrgentRoute)
    }
    stops = {key for key, row in ROWS.items() if row.needs is Act.STOP}
    calls = {key for key in ROWS if key.partition(" ")[2].startswith(("/khan", "/api/v1/emergencies"))}
    assert (stops | calls) - slow <= urgent
    assert not slow & urgent


def test_a_full_door_refuses_at_once_and_keeps_the_name(site, one_loop):
    one_loop.cookies.clear()
    with held(one_loop, site.state.lanes.door, ordinary=False) as hold:
        by_json = one_loop.post("/api/v1/sign-in", json={"name": "canbo", "password": PASSWORDS["canbo"]})
        page = one_loop.post("/dang-nhap", data={"ten": "canbo", "mat_khau": PASSWORDS["canbo"]})
        assert hold.is_on
    assert (by_json.status_code, by_json.json()["code"]) == (429, "station.full")
    for reply in (by_json, page):
        assert reply.status_code == 429
        assert reply.headers["retry-after"] == "5"
        assert "Hãy đợi vài giây" in reply.text
    assert 'value="canbo"' in page.text
    assert one_loop.post("/dang-nhap", data={"ten": "canbo", "mat_khau": PASSWORDS["canbo"]}).is_redirect


def test_strangers_who_fill_the_door_do_not_shut_out_who_has_signed_in_here_before(site, one_loop):
    one_loop.cookies.clear()
    asked = {"name": "canbo", "password": PASSWORDS["canbo"]}
    assert one_loop.post("/api/v1/sign-in", json=asked).status_code == 200
    assert "loa-may" in one_loop.cookies
    with held(one_loop, site.state.lanes.door, ordinary=False) as hold:
        assert one_loop.post("/api/v1/sign-in", json=asked).status_code == 200
        other = {"name": "xanhatrang", "password": PASSWORDS["xanhatrang"]}
        assert one_loop.post("/api/v1/sign-in", json=other).status_code == 429
        assert hold.is_on
