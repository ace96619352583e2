"""A form that is sent again counts once; who else has a bulletin open is seen before typing."""

from concurrent.futures import ThreadPoolExecutor

from controller.features.bulletins.queries import get_bulletin
from controller.features.drafts.queries import NEW, draft_of
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import bulletins

FORM = {
    "tieu_de": "Lịch tiêm phòng",
    "noi_dung": "Trạm y tế mời bà con đưa trẻ đi tiêm.",
    "noi": "chon",
    "dia_ban": NHA_TRANG,
    "luc": "gio-khac",
    "ngay": "30/11/2026",
    "gio": "17:00",
    "luot": "biểu mẫu 1",
}


def send(client, owner, **changes):
    return client.post("/tao-ban-tin/gui-sau", data=FORM | {"cua": owner.id} | changes)


def test_a_form_whose_answer_was_lost_is_sent_again_and_is_the_same_bulletin(world, officer):
    first = officer.post("/tao-ban-tin", data=FORM)
    assert officer.post("/tao-ban-tin", data=FORM).headers["location"] == first.headers["location"]
    later = send(officer, world.officer)
    (one,) = world.ask(bulletins)
    assert (later.status_code, later.json()) == (201, {"bulletin": one.id})
    assert send(officer, world.officer, luot="biểu mẫu 2", gio="18:00").status_code == 201
    assert len(world.ask(bulletins)) == 2


def test_sent_by_two_tabs_at_once_it_counts_once(world, officer):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: send(officer, world.officer).json(), range(4)))
    (one,) = world.ask(bulletins)
    assert found == [{"bulletin": one.id}] * 4


def test_another_persons_form_of_the_same_number_is_another_form(world, officer, sign_in):
    commune, client = world.people["xanhatrang"], sign_in("xanhatrang")
    send(officer, world.officer)
    assert send(client, world.officer, gio="18:00").status_code == 403  # what another person wrote
    assert send(client, commune, gio="18:00").status_code == 201
    assert len(world.ask(bulletins)) == 2


def test_a_page_that_somebody_else_left_open_does_nothing_in_the_name_of_who_is_signed_in_now(world, sign_in):
    commune, client = world.people["xanhatrang"], sign_in("xanhatrang")
    left = FORM | {"cua": world.officer.id}
    client.post("/nhap/moi", data=FORM | {"cua": commune.id, "tieu_de": "Của xã"})
    refused = client.post("/tao-ban-tin", data=left)
    assert (refused.status_code, world.ask(bulletins)) == (403, [])
    assert "do người khác mở" in refused.text
    assert FORM["noi_dung"] in refused.text
    assert f'name="cua" value="{commune.id}"' in refused.text  # pressed again, it is meant
    for place in ("/nhap/moi", "/nhap/moi/chuong-trinh", "/chuong-trinh/tao"):
        assert client.post(place, data=left).status_code == 403
    assert world.ask(draft_of, commune.id, NEW).fields["tieu_de"] == "Của xã"
    bulletin = world.draft()
    changed = left | {"viec": "nhap", "tieu_de": "Đổi"}
    assert sign_in("duyet").post(f"/ban-tin/{bulletin}/sua", data=changed).status_code == 403
    assert world.ask(get_bulletin, bulletin).title != "Đổi"


def test_what_cannot_be_done_any_more_is_told_and_may_be_sent_once_it_is_changed(world, officer):
    late = send(officer, world.officer, ngay="24/11/2026")
    assert late.status_code == 409
    assert "đã qua" in late.json()["sentence"]
    assert not world.ask(bulletins)
    assert send(officer, world.officer).status_code == 201  # the number was not used up
    assert world.ask(draft_of, world.officer.id, NEW) is None
    for lacking in ("luot", "cua"):
        assert send(officer, world.officer, **{lacking: ""}).status_code == 409


def test_to_take_pasted_words_back_is_no_sending(world, officer):
    refused = send(officer, world.officer, viec="hoan", chu_truoc="Chữ như đã dán.")
    assert refused.status_code == 409
    assert "chưa gửi" in refused.json()["sentence"]
    assert not world.ask(bulletins)


def test_the_second_who_opens_a_bulletin_sees_the_first_and_the_first_the_second(world, officer, approver):
    bulletin = world.draft()
    assert "cũng đang mở bản tin này" not in officer.get(f"/ban-tin/{bulletin}/sua").text
    page = text_of(approver.get(f"/ban-tin/{bulletin}/sua"))
    assert "Nguyễn Thị Hoa cũng đang mở bản tin này để sửa" in page
    again = f"/ban-tin/{bulletin}/sua/dang-sua"
    assert "Lê Minh Đức cũng đang mở" in text_of(officer.post(again))
    world.later(seconds=60)
    officer.post(again)
    world.later(seconds=60)  # the approver's page has been silent for two minutes
    assert not text_of(officer.post(again))


def test_who_has_sent_the_form_has_it_open_no_more(world, officer, approver):
    bulletin = world.draft()
    officer.get(f"/ban-tin/{bulletin}/sua")
    officer.post(f"/ban-tin/{bulletin}/sua", data={"tieu_de": "Tin", "noi_dung": "Nội dung.", "viec": "nhap"})
    assert "cũng đang mở bản tin này" not in approver.get(f"/ban-tin/{bulletin}/sua").text
