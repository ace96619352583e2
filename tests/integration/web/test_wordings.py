import re
from datetime import timedelta

import pytest

from controller.errors import BadInput
from controller.features.bulletins.service import return_bulletin, revise_bulletin, submit_bulletin
from controller.features.drafts.queries import NEW, draft_of
from controller.features.drafts.service import KEPT, MOST, keep_draft
from tests.integration.web.site_world import TEXT
from tests.integration.web.test_pages import text_of

TYPED = {
    "tieu_de": "Đang soạn",
    "noi_dung": "Một nửa câu",
    "noi": "chon",
    "dia_ban": ["22333"],
    "muc": "priority",
}


def revised(world, text):
    """A bulletin that was returned and handed in again with other words."""
    bulletin, _ = world.submitted()
    world.do(return_bulletin, bulletin, reason="Sai ngày.", by=world.approver)
    world.do(revise_bulletin, bulletin, title="Phòng, chống bão số 13", text=text, by=world.officer)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech).id)
    return bulletin


# --- how it will be read


def test_a_bulletin_shows_how_it_will_be_read_where_that_is_another_thing(world, officer):
    bulletin = world.draft(text="UBND xã họp ngày 26/11/2026. Đề nghị bà con đến dự.")
    page = officer.get(f"/ban-tin/{bulletin}").text
    said = dict(re.findall(r'class="written">([^<]+)</span>.*?đọc là </span>([^<]+)<', page))
    assert said["UBND"] == "Ủy ban nhân dân"
    assert "hai mươi sáu tháng mười một" in said["26/11/2026"]
    assert "Đề nghị bà con đến dự" not in said


# --- history and differences


def test_the_history_lays_two_wordings_over_each_other_word_by_word(world, officer):
    bulletin = revised(world, TEXT.replace("26/11/2026", "27/11/2026"))
    page = officer.get(f"/ban-tin/{bulletin}/lich-su").text
    assert re.search(r"<del>.*?26/11/2026\.", page)
    assert re.search(r"<ins>.*?27/11/2026\.", page)
    words = text_of(officer.get(f"/ban-tin/{bulletin}/lich-su"))
    assert "Phiên bản 1 và 2" in words
    assert "Trả lại Lê Minh Đức" in words
    assert "Sai ngày." in words
    assert "Soạn bản nháp Nguyễn Thị Hoa" in words


def test_a_bulletin_with_one_wording_has_a_history_too(world, officer):
    page = text_of(officer.get(f"/ban-tin/{world.draft()}/lich-su?tu=7&den=9"))
    assert "Phiên bản 1" in page
    assert "So sánh" not in page


def test_an_approver_sees_what_differs_from_what_was_handed_in_before(world, approver):
    bulletin = revised(world, TEXT.replace("112", "114"))
    page = text_of(approver.get(f"/duyet/{bulletin}"))
    assert "Khác với phiên bản 1" in page
    assert "[bỏ 112. ]" in page
    assert "[thêm 114. ]" in page
    first, _ = world.submitted("Tin mới")
    assert "Khác với phiên bản" not in text_of(approver.get(f"/duyet/{first}"))


# --- the queue


def test_what_is_on_air_first_is_approved_first_and_the_next_opens_by_itself(world, approver):
    later, _ = world.submitted("Phát sau")
    world.plan(later, seconds=7200)
    unplanned, _ = world.submitted("Chưa đặt giờ")
    sooner, _ = world.submitted("Phát trước")
    world.plan(sooner, seconds=3600)
    page = text_of(approver.get("/duyet"))
    assert page.index("Phát trước") < page.index("Phát sau") < page.index("Chưa đặt giờ Chưa đặt giờ phát")
    assert "Phát lần đầu 12:40 hôm nay, còn 1 giờ" in page
    reply = approver.post(f"/duyet/{sooner}/tra-lai", data={"mau": "Sai ngày."})
    assert reply.headers["location"] == f"/duyet/{later}?xong=tra"
    assert "Đã trả lại bản tin" in text_of(approver.get(reply.headers["location"]))
    approver.post(f"/duyet/{later}/tra-lai", data={"mau": "Sai ngày."})
    reply = approver.post(f"/duyet/{unplanned}/tra-lai", data={"mau": "Sai ngày."})
    assert reply.headers["location"] == "/duyet?xong=tra"


# --- search and copies


def test_a_bulletin_is_found_without_accents_in_title_and_text(world, officer):
    world.draft("Điều chỉnh giờ phát", "Từ tháng mười hai, phát lúc năm giờ.")
    world.draft("Lịch tiêm phòng", "Tại trạm y tế phường Đông Hải.")
    assert "Lịch tiêm phòng" in text_of(officer.get("/ban-tin?tim=dong hai"))
    assert "Lịch tiêm phòng" not in text_of(officer.get("/ban-tin?tim=dieu chinh"))
    assert "Không có bản tin nào khớp" in text_of(officer.get("/ban-tin?tim=tiem dieu"))
    assert "Không có bản tin nào khớp" in text_of(officer.get("/ban-tin?loai=approved"))
    assert "Lịch tiêm phòng" in text_of(officer.get("/ban-tin?loai=không có"))


def test_a_copy_begins_with_the_words_of_its_model_and_is_a_bulletin_of_its_own(world, officer):
    model = world.draft("Lịch tiêm phòng", "Tại trạm y tế.")
    place = officer.post(f"/ban-tin/{model}/ban-sao").headers["location"]
    assert model not in place
    page = officer.get(place).text
    assert 'value="Lịch tiêm phòng"' in page
    assert "Tại trạm y tế.</textarea>" in page


def test_a_writer_takes_a_bulletin_back_before_it_is_judged(world, officer, approver):
    bulletin, _ = world.submitted()
    assert "Lấy lại để sửa" in officer.get(f"/ban-tin/{bulletin}").text
    assert "Lấy lại để sửa" not in approver.get(f"/ban-tin/{bulletin}").text
    place = officer.post(f"/ban-tin/{bulletin}/lay-lai").headers["location"]
    assert "Đã lấy lại bản tin." in text_of(officer.get(place))
    assert "Không còn bản tin nào chờ duyệt" in text_of(approver.get("/duyet"))


# --- drafts


def test_what_is_typed_is_kept_and_given_back_until_it_is_sent(world, officer):
    assert officer.post("/nhap/moi", data=TYPED).status_code == 204
    world.later(minutes=3)
    page = officer.get("/tao-ban-tin")
    assert "Đã lấy lại bản bạn đang soạn dở, giữ lúc 11:40 hôm nay." in text_of(page)
    assert "Một nửa câu</textarea>" in page.text
    assert 'value="22333" checked' in page.text
    officer.post("/tao-ban-tin", data=TYPED | {"viec": "nhap"})
    assert "Một nửa câu" not in officer.get("/tao-ban-tin").text


def test_a_draft_survives_the_end_of_its_session(world, officer):
    officer.post("/nhap/moi", data=TYPED)
    officer.post("/dang-xuat")
    assert officer.post("/nhap/moi", data=TYPED).status_code == 401
    assert world.ask(draft_of, world.officer.id, NEW).fields["noi_dung"] == "Một nửa câu"


def test_a_draft_is_its_writers_alone(officer, approver):
    officer.post("/nhap/moi", data=TYPED)
    assert "Một nửa câu" not in approver.get("/tao-ban-tin").text


def test_a_draft_that_is_not_wanted_is_dropped(officer):
    officer.post("/nhap/moi", data=TYPED)
    assert officer.post("/nhap/moi/bo").headers["location"] == "/tao-ban-tin"
    assert "Một nửa câu" not in officer.get("/tao-ban-tin").text


def test_a_bulletin_that_was_mended_since_is_not_overwritten_by_an_older_draft(world, officer):
    bulletin = world.draft()
    world.later(minutes=1)
    officer.post(f"/nhap/{bulletin}", data=TYPED)
    assert "Một nửa câu" in officer.get(f"/ban-tin/{bulletin}/sua").text
    world.later(minutes=1)
    world.do(revise_bulletin, bulletin, title="Tin", text="Chữ mới hơn.", by=world.officer)
    assert "Chữ mới hơn." in officer.get(f"/ban-tin/{bulletin}/sua").text


def test_drafts_are_bounded_in_number_age_and_size(world):
    def keep(place, **fields):
        world.do(keep_draft, place, fields or {"noi_dung": "x"}, by=world.officer)

    for number in range(MOST + 3):
        world.later(seconds=1)
        keep(f"b{number}")
    assert world.ask(draft_of, world.officer.id, "b2") is None
    assert world.ask(draft_of, world.officer.id, "b3") is not None
    world.later(days=KEPT / timedelta(days=1) + 1)
    keep("sau cùng")
    assert world.ask(draft_of, world.officer.id, "b9") is None
    with pytest.raises(BadInput):
        keep("dài", noi_dung="x" * 300_000)
