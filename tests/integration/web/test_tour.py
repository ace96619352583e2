"""The guided commune: each step is done when the database says that it happened, and only in a trial."""

import re

import pytest

from controller.features.accounts.scope import scope_of
from controller.features.bulletins.listening_proof import note_played, note_served
from controller.features.guide.tour import tour_of
from controller.model.first_people import OF_A_COMMUNE
from controller.settings import PRACTICE_PROVINCE, Settings
from tests.integration.web.site_world import NHA_TRANG, Made
from tests.integration.web.trial_world import NODE, begin_trial
from tests.support.site_client import SiteClient
from tests.support.swelling_tone import mp3


@pytest.fixture
def trial(world):
    return begin_trial(world)


@pytest.fixture
def here(site):
    """A browser on the station's own machine."""
    return SiteClient(site, base_url="http://127.0.0.1:8056", client=("127.0.0.1", 5), follow_redirects=False)


def done(world):
    """Which steps are done, in their order."""
    officer = world.people[OF_A_COMMUNE.name]
    with world.store.read() as session:
        tour = tour_of(session, world, officer, scope_of(session, officer), is_put_away=False)
    return [step.is_done for step in tour.steps]


@pytest.mark.usefixtures("trial")
def test_each_step_is_done_when_it_happened(world):
    officer = world.people[OF_A_COMMUNE.name]
    world.draft(by=officer)
    assert done(world) == [False] * 6  # a draft is not handed in
    bulletin, _ = world.submitted(by=officer)
    assert done(world) == [True] + [False] * 5
    made = Made(mp3(), 8_000)
    world.do(note_served, made.recording, by=officer)
    world.later(seconds=30)
    world.do(note_played, made.recording, [(0, 8_000)], by=officer)
    assert not done(world)[1]  # the author's own ears are not the approver's
    world.do(note_served, made.recording, by=world.approver)
    world.later(seconds=30)
    world.do(note_played, made.recording, [(0, 8_000)], by=world.approver)
    assert done(world)[1:3] == [True, False]
    world.approve(bulletin)
    assert done(world)[2:4] == [True, False]
    airing = world.plan(bulletin, areas=[NHA_TRANG], by=officer)
    world.advance()
    world.tell(airing, made, "started", [NODE])
    assert not done(world)[3]
    world.tell(airing, made, "finished", [NODE], heard_ms=8_000)
    assert done(world)[3:] == [True, False, False]


@pytest.mark.usefixtures("trial")
def test_who_approves_by_the_places_that_must_be_heard_has_heard_it(world):
    bulletin, _ = world.submitted(by=world.people[OF_A_COMMUNE.name])
    assert done(world)[1:3] == [False, False]
    world.approve(bulletin)
    assert done(world)[1:3] == [True, True]


def test_a_plug_counts_when_the_broker_said_so_and_it_is_mended_when_it_is_back(world, trial, sign_in):
    technician = sign_in("kythuat")
    tell, trial.tell = trial.tell, lambda *_: None
    assert technician.post("/huong-dan/phich", data={"cum": NODE}).status_code == 303
    assert done(world)[4:] == [False, False]  # pulled, and nobody has noticed yet
    trial.tell = tell
    trial.tell(NODE, online=False)
    assert done(world)[4:] == [True, False]
    assert technician.post("/huong-dan/phich", data={"cum": NODE, "cam": "1"}).status_code == 303
    assert done(world)[4:] == [True, True]
    technician.post("/huong-dan/phich", data={"cum": NODE})
    assert done(world)[4:] == [True, True]  # what happened stays so


@pytest.mark.usefixtures("trial")
def test_only_who_keeps_loudspeakers_pulls_a_plug_and_only_a_simulated_ones(world, sign_in):
    assert sign_in("canbo").post("/huong-dan/phich", data={"cum": NODE}).status_code == 403
    assert sign_in("kythuat").post("/huong-dan/phich", data={"cum": world.nodes[0]}).status_code == 422


def test_a_role_is_one_touch_away_on_this_machine_and_nowhere_else(trial, here, client):
    page = here.get("/dang-nhap").text
    assert re.search(r'name="vai" value="canboxa"', page)
    taken = here.post("/huong-dan/vai", data={"vai": "canboxa", "den": "/tao-ban-tin"})
    assert (taken.status_code, taken.headers["location"]) == (303, "/tao-ban-tin")
    assert "Cán bộ xã" in here.get("/").text
    assert 'name="vai"' not in client.get("/dang-nhap").text
    assert client.post("/huong-dan/vai", data={"vai": "canboxa"}).status_code == 404
    rebound = {"host": "evil.example"}
    assert here.post("/huong-dan/vai", data={"vai": "duyet"}, headers=rebound).status_code == 404
    forwarded = {"x-forwarded-for": "127.0.0.1"}
    assert here.post("/huong-dan/vai", data={"vai": "duyet"}, headers=forwarded).status_code == 404
    trial.known = {}
    assert here.post("/huong-dan/vai", data={"vai": "duyet"}).status_code == 404


@pytest.mark.usefixtures("trial")
def test_the_strip_is_put_away_and_brought_back(sign_in):
    officer = sign_in("canbo")
    assert 'id="huong-dan"' in officer.get("/").text
    assert officer.post("/huong-dan/cat", data={"den": "/lich"}).headers["location"] == "/lich"
    assert 'id="huong-dan"' not in officer.get("/").text
    assert "Mở lại hướng dẫn" in officer.get("/").text
    officer.post("/huong-dan/mo")
    assert 'id="huong-dan"' in officer.get("/").text


@pytest.mark.usefixtures("trial")
def test_an_officer_of_a_class_is_guided_in_their_own_commune_and_takes_no_other_role(world, sign_in):
    world.trial.known = {name: word for name, word in world.trial.known.items() if name != "xanhatrang"}
    learner = world.people["xanhatrang"]
    page = sign_in("xanhatrang").get("/").text
    assert "việc 1/6" in page
    world.submitted(by=learner)
    page = sign_in("xanhatrang").get("/").text
    assert "việc 2/6" in page
    assert "Việc này của cán bộ duyệt." in page
    assert 'name="vai"' not in page
    assert done(world)[0] is False  # the trial's own officer has written nothing


def test_a_station_with_real_loudspeakers_has_none_of_it(officer, here):
    assert 'id="huong-dan"' not in officer.get("/").text
    assert 'name="vai"' not in here.get("/dang-nhap").text
    for place in ("vai", "phich", "cat", "mo"):
        assert officer.post(f"/huong-dan/{place}", data={"vai": "duyet", "cum": "x"}).status_code == 404


def test_a_practice_station_says_so_on_each_page_and_has_a_cookie_of_its_own(world, seeds, site):
    world.settings = Settings(province=PRACTICE_PROVINCE)
    client = SiteClient(site, follow_redirects=False)
    client.cookies.set("loa", seeds.tokens["canbo"])
    assert client.get("/").status_code == 303  # the cookie of the real station opens nothing here
    client.cookies.set("loa-tap-duot", seeds.tokens["canbo"])
    for place in ("/", "/dang-nhap", "/cong-khai", "/ban-tin/x", "/tim"):
        page = client.get(place, follow_redirects=True)
        assert "<strong>TẬP DƯỢT</strong>" in page.text, place
        assert "<title>TẬP DƯỢT" in page.text, place
