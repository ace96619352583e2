"""Who speaks and how often a text is read: typed, shown, compared, and asked for by JSON."""

import re

from controller.features.bulletins.queries import get_bulletin, get_revision
from controller.features.bulletins.service import return_bulletin, revise_bulletin, submit_bulletin
from controller.model.wording import PLAIN, Manner
from tests.integration.web.site_world import TEXT, TITLE
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.stored_rows import bulletins

ISSUER = "UBND xã Vạn Thắng"
ASKED = {"title": "Họp thôn", "text": "Mời họp.", "issuer": ISSUER, "readings": 2}


def test_the_form_asks_who_speaks_and_how_often_and_the_page_tells_it(world, officer):
    place = officer.post("/tao-ban-tin", data=FORM | {"ben_bao": ISSUER, "so_lan": "2"}).headers["location"]
    found = world.ask(bulletins)[0]
    assert world.ask(get_revision, found.id, 1).manner == Manner(ISSUER, 2)
    page = text_of(officer.get(place))
    assert f"Cơ quan thông báo {ISSUER}" in page
    assert "Số lần đọc 2 lần" in page
    other = world.draft()
    assert "Số lần đọc" not in text_of(officer.get(f"/ban-tin/{other}"))


def test_a_number_of_readings_that_cannot_be_is_refused_and_what_was_typed_stays(world, officer):
    for wrong in ("0", "4", "nhiều", "²"):
        reply = officer.post("/tao-ban-tin", data=FORM | {"ben_bao": ISSUER, "so_lan": wrong})
        assert reply.status_code == 422
        assert "từ 1 đến 3 lần" in reply.text
        assert f'value="{ISSUER}"' in reply.text
    assert world.ask(bulletins) == []


def test_mending_shows_the_manner_and_changes_it(world, officer):
    bulletin = officer.post("/api/v1/bulletins", json=ASKED).json()["id"]
    page = officer.get(f"/ban-tin/{bulletin}/sua").text
    assert f'value="{ISSUER}"' in page
    assert re.search(r'<option value="2" selected>', page)
    form = {"tieu_de": "Họp thôn", "noi_dung": "Mời họp.", "ben_bao": "", "so_lan": "1", "viec": "nhap"}
    assert officer.post(f"/ban-tin/{bulletin}/sua", data=form).status_code == 303
    assert world.ask(get_revision, bulletin, 2).manner == PLAIN


def test_an_approver_sees_that_only_the_manner_changed(world, approver, officer):
    bulletin, _ = world.submitted()
    world.do(return_bulletin, bulletin, reason="Đọc hai lần.", by=world.approver)
    asked = {"title": TITLE, "text": TEXT, "by": world.officer, "manner": Manner(ISSUER, 2)}
    world.do(revise_bulletin, bulletin, **asked)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech).id)
    for page in (approver.get(f"/duyet/{bulletin}"), officer.get(f"/ban-tin/{bulletin}/lich-su")):
        assert f"[thêm {ISSUER} ]" in text_of(page)
        assert "[bỏ 1 lần ] [thêm 2 lần ]" in text_of(page)


def test_programs_ask_for_the_manner_and_are_told_of_it(world, officer):
    told = officer.post("/api/v1/bulletins", json=ASKED).json()
    assert (told["issuer"], told["readings"]) == (ISSUER, 2)
    place = f"/api/v1/bulletins/{told['id']}"
    words = {"title": "Họp thôn", "text": "Mời họp sớm."}
    assert officer.post(f"{place}/revise", json=words).json()["revision"] == 2
    assert officer.post(f"{place}/revise", json=words | {"readings": 3, "issuer": ""}).status_code == 200
    assert [(one["issuer"], one["readings"]) for one in officer.get(f"{place}/revisions").json()] == [
        ("", 3),
        (ISSUER, 2),
        (ISSUER, 2),
    ]
    found = officer.get(f"{place}/differences?before=2&after=3").json()
    assert (found["readings_before"], found["readings_after"]) == (2, 3)
    assert (found["issuer_before"], found["issuer_after"]) == (ISSUER, "")
    assert [one["change"] for one in found["stretches"]] == ["equal"]
    assert officer.post("/api/v1/bulletins", json=ASKED | {"readings": 4}).status_code == 422
    assert world.ask(get_bulletin, told["id"]).revision == 3


def test_a_text_that_is_aired_in_one_call_keeps_its_manner(world, officer):
    asked = ASKED | {"areas": ["56"], "starts_in_seconds": 600}
    told = officer.post("/api/v1/air", json=asked)
    assert told.status_code == 201
    assert world.ask(get_revision, told.json()["bulletin"], 1).manner == Manner(ISSUER, 2)
