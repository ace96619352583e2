"""A browser follows a commune by what its script sends; nothing is kept but its push address."""

import re

import pytest

from tests.integration.web.site_world import NHA_TRANG
from tests.support.notice_receivers import PostServer, SubscribedBrowser

PLACE = f"/cong-khai/{NHA_TRANG}/theo-doi"


@pytest.fixture
def browser(world):
    world.settings = world.settings.model_copy(update={"push_services": "127.0.0.1"})
    with PostServer() as server:
        yield SubscribedBrowser(server)


def test_one_button_follows_asks_for_more_and_stops(client, browser):
    page = client.get(f"/cong-khai/{NHA_TRANG}").text
    assert re.search(r'data-push-key="[\w-]{87}"', page)
    mine = {"dia_chi": browser.endpoint, "khoa": browser.keys}
    nothing = {"follows": False, "bulletins": False}
    assert client.post(f"{PLACE}/xem", data=mine).json() == nothing
    assert client.post(PLACE, data=mine).json() == {"follows": True, "bulletins": False}
    assert client.post(PLACE, data=mine | {"tin": "1"}).json() == {"follows": True, "bulletins": True}
    assert client.post(f"{PLACE}/xem", data=mine).json() == {"follows": True, "bulletins": True}
    assert client.post(f"{PLACE}/bo", data=mine).json() == nothing


def test_a_home_screen_opens_the_commune_that_is_followed(client):
    page = client.get(f"/cong-khai/{NHA_TRANG}").text
    (place,) = re.findall(r'rel="manifest" href="([^"]+)"', page)
    told = client.get(place).json()
    assert (told["start_url"], told["name"]) == (f"/cong-khai/{NHA_TRANG}", "Loa Phường Nha Trang")
    (icon,) = re.findall(r'rel="apple-touch-icon" href="([^"]+)"', page)
    assert client.get(icon).headers["content-type"] == "image/png"


def test_what_is_wrong_is_said_in_words(client, browser):
    bad = client.post(PLACE, data={"dia_chi": "https://169.254.169.254/x", "khoa": browser.keys})
    assert bad.status_code == 422
    assert "Hãy dùng Chrome" in bad.json()["sentence"]
    assert client.post("/cong-khai/99999/theo-doi", data={}).json()["sentence"].startswith("Không có địa bàn")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(PLACE, data={}, headers=elsewhere).status_code == 403
