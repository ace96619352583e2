"""What a loudspeaker said that it can do is on its page, and who cannot play something is said beforehand."""

from datetime import timedelta

import pytest

from controller.features.fleet.queries import get_node
from controller.features.fleet.service import note_states
from devices.messages import Capabilities, NodeState, Output
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of

NODE = f"loa-{NHA_TRANG}-1"
SMALL = Capabilities(
    codecs=("mp3", "lc3"),
    largest_recording=200_000,
    outputs=(Output(name="z1", kind="wired-zone", label="Thôn Đông"), Output(name="z2", kind="laser")),
    hardware="ESP32-A1S",
)


@pytest.fixture
def small(world):
    """A loudspeaker that holds little."""
    world.bring_online()
    born(world, SMALL)


def born(world, can, *, session=4, online=True):
    state = NodeState(
        node=NODE, session=session, online=online, at=world.now(), software="board 1", capabilities=can
    )
    world.do(note_states, [state])


@pytest.mark.usefixtures("small")
def test_the_page_of_a_node_says_what_it_can_and_what_it_cannot(sign_in):
    page = text_of(sign_in("kythuat").get(f"/cum-loa/{NODE}"))
    assert "Chỉ nhận bản tin dài đến khoảng 1 phút (tệp 200 kB)" in page
    assert "mp3, lc3" in page
    assert "Thôn Đông (vùng loa có dây), z2 (laser)" in page
    assert "ESP32-A1S" in page


def test_a_plan_that_is_too_long_for_it_is_said_on_its_page(world, sign_in):
    world.bring_online()
    world.approved_airing(seconds=600)
    for most, is_said in ((10**6, False), (100, True)):
        born(world, Capabilities(largest_document=most))
        page = text_of(sign_in("kythuat").get(f"/cum-loa/{NODE}"))
        assert ("máy của cụm chỉ nhận đến 0 kB: cụm giữ kế hoạch cũ" in page) is is_said


@pytest.mark.usefixtures("small")
def test_what_it_said_stays_when_it_goes_and_is_what_the_newest_birth_says(world):
    born(world, None, online=False)
    assert world.ask(get_node, NODE).capabilities["largest_recording"] == 200_000
    born(world, Capabilities(codecs=("opus",)), session=5)
    assert world.ask(get_node, NODE).capabilities["codecs"] == ["opus"]
    born(world, None, session=6)
    assert world.ask(get_node, NODE).capabilities is None


@pytest.mark.usefixtures("small")
def test_before_a_bulletin_is_planned_it_is_said_who_cannot_play_it(world, officer):
    airing, _ = world.approved_airing(seconds=600)
    bulletin = officer.get(f"/api/v1/airings/{airing}").json()["bulletin"]
    starts_at = (world.now() + timedelta(hours=3)).isoformat()
    asked = {"bulletin": bulletin, "areas": [NHA_TRANG], "starts_at": starts_at}
    found = officer.post("/api/v1/airings/foresee", json=asked)
    assert found.status_code == 200, found.text
    length_s = found.json()["duration_seconds"]
    expected = [NODE] if length_s * 6000 > 200_000 else []
    assert found.json()["unable"] == expected
    born(world, Capabilities(codecs=("opus",)), session=5)
    assert officer.post("/api/v1/airings/foresee", json=asked).json()["unable"] == [NODE]
    assert "1 cụm loa ở đây không phát được bản tin này" in text_of(officer.get(f"/phat/{airing}"))
