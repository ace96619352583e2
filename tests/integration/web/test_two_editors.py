"""Two people mend one bulletin; a form is sent while its page still keeps what was typed: nothing is lost."""

import re

import pytest

from controller.features.bulletins.queries import get_bulletin, get_revision
from controller.features.bulletins.service import recall_bulletin, revise_bulletin, submit_bulletin
from controller.features.drafts.queries import NEW, draft_of
from controller.model.bulletin_states import BulletinState
from tests.integration.web.site_world import TEXT, TITLE
from tests.support.stored_rows import bulletins

THEIRS, MINE = "Học sinh nghỉ học ngày 26.", "Học sinh nghỉ học ngày 26 và ngày 27."


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


@pytest.fixture
def opened(world, officer):
    """A draft that the officer has open, and that the approver then saves."""
    bulletin = world.draft()
    page = officer.get(f"/ban-tin/{bulletin}/sua").text
    world.do(revise_bulletin, bulletin, title=TITLE, text=THEIRS, by=world.approver)
    sent = {"tieu_de": TITLE, "noi_dung": MINE, "phien_ban": hidden(page, "phien_ban"), "viec": "nhap"}
    return bulletin, sent | {"luot": hidden(page, "luot")}


def text_of(world, bulletin):
    found = world.ask(get_bulletin, bulletin)
    return world.ask(get_revision, bulletin, found.revision).text


def test_who_saves_onto_a_newer_wording_is_refused_and_sees_both(world, officer, opened):
    bulletin, sent = opened
    reply = officer.post(f"/ban-tin/{bulletin}/sua", data=sent)
    assert (reply.status_code, text_of(world, bulletin)) == (409, THEIRS)
    assert "Trong lúc bạn sửa, bản tin này đã có nội dung mới hơn" in reply.text
    assert "đã lưu phiên bản 2" in reply.text
    assert f">{MINE}</textarea>" in reply.text
    assert f'<div class="reading-text" lang="vi">{THEIRS}</div>' in reply.text
    assert "<ins>" in reply.text
    again = sent | {"phien_ban": hidden(reply.text, "phien_ban")}
    assert officer.post(f"/ban-tin/{bulletin}/sua", data=again).status_code == 303
    assert text_of(world, bulletin) == MINE


def test_what_was_typed_before_somebody_else_saved_is_given_back_beside_it(officer, opened):
    bulletin, sent = opened
    assert officer.post(f"/nhap/{bulletin}", data=sent).status_code == 204
    page = officer.get(f"/ban-tin/{bulletin}/sua").text
    assert "đã lưu phiên bản 2" in page
    assert f">{MINE}</textarea>" in page
    assert officer.post(f"/nhap/{bulletin}/bo").status_code == 303
    page = officer.get(f"/ban-tin/{bulletin}/sua").text
    assert "đã lưu phiên bản 2" not in page
    assert f">{THEIRS}</textarea>" in page


def test_programs_say_on_which_revision_they_build_or_on_none(officer, opened):
    bulletin, _ = opened
    asked = {"title": TITLE, "text": MINE, "based_on": 1}
    refused = officer.post(f"/api/v1/bulletins/{bulletin}/revise", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "bulletin.newer")
    assert refused.json()["facts"] == {"revision": 2}
    assert (
        officer.post(f"/api/v1/bulletins/{bulletin}/revise", json=asked | {"based_on": 2}).status_code == 200
    )


def test_a_programme_is_not_overwritten_either(world, officer):
    fields = {"tieu_de": "Tin chiều", "muc_loai": "speech", "muc_chu": "Kính chào bà con.", "viec": "nhap"}
    fields |= {"muc_ban_tin": "", "muc_tep": "", "muc_giay": ""}
    place = officer.post("/chuong-trinh/tao", data=fields).headers["location"]
    programme = world.ask(bulletins)[0].id
    page = officer.get(f"/chuong-trinh/{programme}/sua").text
    mine = fields | {"phien_ban": hidden(page, "phien_ban"), "muc_chu": "Lời của tôi."}
    theirs = mine | {"muc_chu": "Lời của người khác."}
    assert officer.post(f"/chuong-trinh/{programme}/sua", data=theirs).status_code == 303
    reply = officer.post(f"/chuong-trinh/{programme}/sua", data=mine)
    assert (reply.status_code, place.partition("?")[0]) == (409, f"/ban-tin/{programme}")
    assert "đã lưu phiên bản 2" in reply.text
    assert "Lời của người khác." in reply.text
    assert "Lời của tôi." in reply.text
    assert world.ask(get_bulletin, programme).revision == 2


def test_what_was_sent_does_not_come_back_as_a_draft(world, officer):
    form = {"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "nhap"}
    form["luot"] = hidden(officer.get("/tao-ban-tin").text, "luot")
    assert officer.post(f"/nhap/{NEW}", data=form).status_code == 204
    assert officer.post("/tao-ban-tin", data=form).status_code == 303
    late = officer.post(f"/nhap/{NEW}", data=form)  # as a page does that goes away
    assert late.status_code == 409
    assert world.ask(draft_of, world.officer.id, NEW) is None
    assert "bạn đang soạn dở" not in officer.get("/tao-ban-tin").text
    next_one = form | {"luot": hidden(officer.get("/tao-ban-tin").text, "luot")}
    assert officer.post(f"/nhap/{NEW}", data=next_one).status_code == 204
    assert world.ask(draft_of, world.officer.id, NEW).fields["noi_dung"] == "Nội dung."


def test_an_approver_who_mended_a_text_is_told_first_that_another_must_approve(world, approver):
    bulletin, _ = world.submitted(text=TEXT)
    world.do(recall_bulletin, bulletin, by=world.officer)
    world.do(revise_bulletin, bulletin, title=TITLE, text=THEIRS, by=world.approver)
    world.render(world.do(submit_bulletin, bulletin, by=world.approver).id)
    queue = approver.get("/duyet").text
    assert "Bạn là người soạn" in queue
    assert "Đọc và duyệt" not in queue
    assert "bản tin chờ bạn duyệt" not in approver.get("/").text
    page = approver.get(f"/duyet/{bulletin}").text
    assert page.index("Bạn là người soạn bản tin này") < page.index('id="tinh-trang"')
    assert 'name="mat_khau"' not in page
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED


def test_a_form_sent_after_the_session_ended_leads_to_the_door_and_back(client):
    headers = {"referer": "http://testserver/tao-ban-tin"}
    reply = client.post("/tao-ban-tin", data={"tieu_de": "Tin"}, headers=headers)
    assert reply.status_code == 401
    assert "/dang-nhap?den=%2Ftao-ban-tin" in reply.text
    assert "vẫn giữ trên máy này" in reply.text
    assert client.get("/con-phien").status_code == 303
