"""What one bulletin has read otherwise: typed, shown to its approver as such, compared, asked for by JSON."""

from controller.features.bulletins.queries import get_revision
from controller.features.bulletins.service import return_bulletin, revise_bulletin, submit_bulletin
from controller.features.lexicon.service import add_entry
from controller.model.wording import Manner
from tests.integration.web.site_world import TEXT, TITLE
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.stored_rows import bulletins

LINES = "TDP = tổ dân phố mình\n115 = một một lăm"
OWN = [{"written": "115", "spoken": "một một lăm"}, {"written": "TDP", "spoken": "tổ dân phố mình"}]
ASKED = {"title": "Họp TDP", "text": "Gọi 115 khi cần.", "own_words": OWN}


def pairs(shown):
    return tuple((one["written"], one["spoken"]) for one in shown)


def test_an_officer_types_own_words_and_finds_them_again(world, officer):
    form = FORM | {"noi_dung": "Mời TDP 5 họp, gọi 115.", "doc_rieng": LINES, "viec": "nhap"}
    place = officer.post("/tao-ban-tin", data=form).headers["location"]
    found = world.ask(bulletins)[0]
    assert world.ask(get_revision, found.id, 1).own_words == pairs(OWN)
    page = text_of(officer.get(place))
    assert "«TDP» đọc là «tổ dân phố mình»" in page
    assert "tổ dân phố mình (cách đọc riêng của bản tin này)" in page
    assert "115 = một một lăm\nTDP = tổ dân phố mình" in officer.get(f"/ban-tin/{found.id}/sua").text


def test_a_line_that_cannot_be_is_named_and_what_was_typed_stays(world, officer):
    for wrong, told in [("TDP tổ dân phố", "Dòng «TDP tổ dân phố» chưa đúng"), ("TDP = street", "«street»")]:
        reply = officer.post("/tao-ban-tin", data=FORM | {"doc_rieng": wrong})
        assert reply.status_code == 422
        assert told in reply.text
        assert f">{wrong}</textarea>" in reply.text
    assert world.ask(bulletins) == []


def test_an_approver_sees_what_the_bulletin_taught_what_the_lexicon_and_what_was_mended(world, approver):
    world.do(add_entry, written="KDC", spoken="khu dân cư ta", by=world.approver)
    bulletin, _ = world.submitted()
    world.do(return_bulletin, bulletin, reason="Đọc lại.", by=world.approver)
    text = f"{TEXT}\nMời TDP và KDC nghe thông baó."
    manner = Manner(words=(("TDP", "tổ dân phố mình"),))
    world.do(revise_bulletin, bulletin, title=TITLE, text=text, by=world.officer, manner=manner)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech).id)
    page = text_of(approver.get(f"/duyet/{bulletin}"))
    assert "TDP đọc là tổ dân phố mình (cách đọc riêng của bản tin này)" in page
    assert "KDC đọc là khu dân cư ta (từ điển của địa bàn)" in page
    assert "baó đọc là báo (máy đã sửa chữ, nên nghe lại)" in page
    assert "[thêm «TDP» đọc là «tổ dân phố mình» ]" in page


def test_programs_teach_one_bulletin_and_are_told_of_it(officer):
    told = officer.post("/api/v1/bulletins", json=ASKED).json()
    place = f"/api/v1/bulletins/{told['id']}"
    assert told["own_words"] == OWN
    spoken = officer.get(f"{place}/reading").json()
    assert spoken["text"]["spoken"] == "Gọi một một lăm khi cần."
    revised = {"title": "Họp TDP", "text": "Gọi 115 ngay."}
    officer.post(f"{place}/revise", json=revised)
    officer.post(f"{place}/revise", json=revised | {"own_words": []})
    newest, middle, _ = officer.get(f"{place}/revisions").json()
    assert (newest["own_words"], middle["own_words"]) == ([], OWN)
    compared = officer.get(f"{place}/differences?before=2&after=3").json()
    assert (compared["own_words_before"], compared["own_words_after"]) == (OWN, [])
    refused = officer.post("/api/v1/bulletins", json=ASKED | {"own_words": [OWN[0] | {"spoken": "street"}]})
    assert refused.status_code == 422
    assert "street" in refused.json()["sentence"]


def test_a_pace_is_chosen_heard_shown_and_told(world, officer):
    form = FORM | {"toc_do": "slow", "viec": "nhap"}
    place = officer.post("/tao-ban-tin", data=form).headers["location"]
    found = world.ask(bulletins)[0]
    assert world.ask(get_revision, found.id, 1).pace == "slow"
    assert "Tốc độ đọc chậm hơn" in text_of(officer.get(place))
    assert '<option value="slow" selected>' in officer.get(f"/ban-tin/{found.id}/sua").text
    told = officer.get(f"/api/v1/bulletins/{found.id}").json()
    assert told["pace"] == "slow"
    asked = {"title": told["title"], "text": told["text"], "pace": "fast"}
    officer.post(f"/api/v1/bulletins/{found.id}/revise", json=asked)
    officer.post(f"/api/v1/bulletins/{found.id}/revise", json=asked | {"pace": None})
    assert [one["pace"] for one in officer.get(f"/api/v1/bulletins/{found.id}/revisions").json()] == [
        "fast",
        "slow",
    ]
    compared = text_of(officer.get(f"/ban-tin/{found.id}/lich-su"))
    assert "[bỏ chậm hơn ] [thêm nhanh hơn ]" in compared
