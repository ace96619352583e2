import re

import pytest
from sqlalchemy import select

from controller.features.accounts.service import disable_operator
from controller.features.bulletins.service import submit_bulletin
from controller.features.schedules.form import ScheduleTyped, typed_of
from controller.features.schedules.queries import get_schedule, next_occurrences, own_days
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airings import Airing
from schedules.icalendar import from_text
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import running_schedules

FORM = {
    "kieu": "ngay-lam-viec",
    "gio": "05:00",
    "tu_ngay": "2026-12-01",
    "noi": "tat-ca",
    "ca_vung": "1",
    "viec": "luu",
}


def coming(world, schedule, most=5):
    def found(session):
        return next_occurrences(get_schedule(session, schedule), own_days(session), world.now(), most)

    return world.ask(found)


def airings_of(world, schedule):
    query = select(Airing.id).where(Airing.schedule == schedule).order_by(Airing.starts_at)
    return world.ask(lambda session: session.scalars(query).all())


def test_a_schedule_is_laid_down_by_the_form_and_said_back(world, officer, bulletin):
    reply = officer.post("/lich/tao", data=FORM | {"ban_tin": bulletin, "nghi_le": "1"})
    assert reply.status_code == 303, text_of(reply)
    page = text_of(officer.get(reply.headers["location"]))
    assert "Đã đặt lịch." in page
    assert "05:00 các ngày thứ Hai đến thứ Sáu, từ 01/12/2026; nghỉ các ngày lễ." in page
    assert "Thứ Ba, 01/12/2026" in page
    (row,) = world.ask(running_schedules)
    assert (row.bulletin, row.skips.days_off, row.created_by) == (bulletin, True, world.officer.id)


def test_what_is_lacking_is_told_and_nothing_typed_is_lost(world, officer, bulletin):
    typed = FORM | {"ban_tin": bulletin, "kieu": "thu", "gio": "06:15", "bo": "2026-12-24"}
    reply = officer.post("/lich/tao", data=typed)
    assert reply.status_code == 422
    assert "Hãy chọn ít nhất một thứ trong tuần." in reply.text
    assert 'value="06:15"' in reply.text
    assert 'value="2026-12-24" checked' in reply.text
    assert world.ask(running_schedules) == []


SAID = [
    ({"kieu": "hang-ngay"}, "05:00 hằng ngày, từ 01/12/2026."),
    ({"kieu": "thu", "thu": ["0", "6"]}, "05:00 các ngày thứ Hai và Chủ nhật, từ 01/12/2026."),
    ({"kieu": "thang", "ngay_thang": ["1", "-1"]}, "05:00 ngày 1 và ngày cuối hằng tháng"),
    ({"kieu": "thang-thu", "lan_thu": "-1", "thu_thang": "4"}, "05:00 thứ Sáu cuối cùng của mỗi tháng"),
    ({"kieu": "am-lich", "am": ["1", "15"]}, "05:00 mùng một và rằm âm lịch hằng tháng"),
    ({"kieu": "mot-lan"}, "05:00 thứ Ba, 01/12/2026, một lần."),
    ({"het": "so-lan", "so_lan": "3"}, "từ 01/12/2026, 3 lần."),
    ({"het": "den-ngay", "den_ngay": "2026-12-31"}, "đến hết 31/12/2026."),
    ({"kieu": "am-lich"}, "Hãy chọn mùng một, rằm, hoặc cả hai."),
    ({"gio": ""}, "Hãy ghi giờ phát, như 05:00."),
    ({"tu_ngay": "hôm nào đó"}, "Hãy chọn ngày bắt đầu."),
    ({"het": "so-lan", "so_lan": "0"}, "Số lần phát phải từ 1 đến 1000."),
    ({"het": "den-ngay", "den_ngay": "2026-11-01"}, "Lịch phát chưa đúng"),
    ({"tu_ngay": "2026-11-01", "het": "den-ngay", "den_ngay": "2026-11-02"}, "Không có lần phát nào"),
]


def test_the_form_says_what_it_means_before_it_is_saved(officer):
    pages = [(said, text_of(officer.post("/lich/xem-truoc", data=FORM | typed))) for typed, said in SAID]
    assert [(said, page) for said, page in pages if said not in page] == []


@pytest.mark.usefixtures("schedule")
def test_what_the_first_dates_would_meet_is_told_with_who_yields(officer, bulletin):
    typed = FORM | {"ban_tin": bulletin, "kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "2026-11-25"}
    page = text_of(officer.post("/lich/xem-truoc", data=typed))
    assert "Trùng giờ với “Bản tin sáng” ở Phường Nha Trang: lịch này phải nhường, mất 8 giây." in page
    assert "Đã xét trùng giờ 5 lần đầu." in page
    alone = text_of(officer.post("/lich/xem-truoc", data=typed | {"gio": "18:00"}))
    assert "Trùng giờ" not in alone


def test_a_day_that_is_crossed_out_is_not_aired(officer, bulletin):
    typed = FORM | {"ban_tin": bulletin, "kieu": "hang-ngay", "bo": ["2026-12-02", "2026-12-03"]}
    place = officer.post("/lich/tao", data=typed).headers["location"]
    page = text_of(officer.get(place))
    assert "bỏ 2 lần" in page
    assert "Thứ Ba, 01/12/2026" in page
    assert "Thứ Tư, 02/12/2026" not in page


def test_the_form_of_a_schedule_that_is_there_means_what_it_means(world, officer, schedule):
    page = officer.get(f"/lich/{schedule}/sua").text
    assert re.search(r'value="hang-ngay" checked', page)
    assert 'value="17:00"' in page
    reply = officer.post(f"/lich/{schedule}/sua", data=FORM | {"kieu": "hang-ngay", "gio": "18:00"})
    assert reply.status_code == 303
    starts = [one.starts_at.hour for one in coming(world, schedule)]
    assert set(starts) == {11}  # 18:00 in Khánh Hòa
    assert "Đã đổi lịch." in text_of(officer.get(reply.headers["location"]))


@pytest.mark.parametrize(
    "typed",
    [
        {"kieu": "ngay-lam-viec", "nghi_le": "1"},
        {"kieu": "thu", "thu": ["1", "3"], "het": "so-lan", "so_lan": "9"},
        {"kieu": "thang", "ngay_thang": ["1", "15", "-1"], "het": "den-ngay", "den_ngay": "2027-01-01"},
        {"kieu": "thang-thu", "lan_thu": "2", "thu_thang": "5"},
        {"kieu": "am-lich", "am": ["1"]},
        {"kieu": "hang-ngay", "tranh_ram": "1", "bo": ["2026-12-24"]},
        {"kieu": "mot-lan"},
    ],
)
def test_a_rule_goes_into_the_form_and_comes_out_as_it_was(typed):
    form = ScheduleTyped(**(FORM | typed))
    again = typed_of(form.rule(), form.skips())
    assert (again.rule(), again.skips()) == (form.rule(), form.skips())


def test_one_occurrence_is_moved_and_another_taken_out(world, officer, schedule):
    first, second, *_ = coming(world, schedule)
    reply = officer.post(
        f"/lich/{schedule}/lan/doi",
        data={"luc": first.original_at.isoformat(), "ngay": "2026-11-25", "gio": "19:30"},
    )
    assert reply.headers["location"].endswith("?xong=doi")
    officer.post(f"/lich/{schedule}/lan/huy", data={"luc": second.original_at.isoformat()})
    page = text_of(officer.get(f"/lich/{schedule}"))
    assert "19:30 Thứ Tư, 25/11/2026 17/10 âm lịch · dời từ 17:00 hôm nay" in page
    assert "17:00, Thứ Năm, 26/11/2026 đã hủy" in page
    assert "dời 1 lần; bỏ 1 lần" in page


def test_what_a_moved_occurrence_would_meet_is_told_first_and_chosen_about(world, officer, schedule):
    world.approved_airing(title="Đã có", areas=[NHA_TRANG], seconds=7200)
    first = coming(world, schedule)[0]
    asked = {"luc": first.original_at.isoformat(), "ngay": "2026-11-25", "gio": "13:40"}
    for place in (f"/lich/{schedule}/lan/doi", f"/phat/{airings_of(world, schedule)[0]}/doi"):
        reply = officer.post(place, data=asked)
        assert reply.status_code == 409
        assert "Trùng giờ với «Đã có»" in reply.text
        assert "Khi trùng giờ với lượt khác" in reply.text
        assert 'value="13:40"' in reply.text
    assert coming(world, schedule)[0].starts_at == first.starts_at
    assert officer.post(f"/lich/{schedule}/lan/doi", data=asked | {"trung": "after"}).status_code == 303
    assert coming(world, schedule)[0].starts_at > world.now().replace(hour=6, minute=40, second=0)


def test_a_time_that_is_past_is_refused_beside_the_form(world, officer, schedule):
    first = coming(world, schedule)[0]
    reply = officer.post(
        f"/lich/{schedule}/lan/doi",
        data={"luc": first.original_at.isoformat(), "ngay": "2026-11-25", "gio": "06:00"},
    )
    assert reply.status_code == 422
    assert "đã qua" in reply.text
    assert 'value="06:00"' in reply.text


def test_an_occurrence_that_cannot_be_is_an_error_in_words(officer, schedule):
    for luc in ("", "mai", "2026-12-01T10:00", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"):
        reply = officer.get(f"/lich/{schedule}/lan", params={"luc": luc})
        assert (luc, reply.status_code) == (luc, 422)
        assert "Không rõ lần phát nào." in reply.text


def test_a_schedule_ends_and_says_so(officer, schedule):
    assert "Kết thúc lịch này?" in officer.get(f"/lich/{schedule}/ket-thuc").text
    reply = officer.post(f"/lich/{schedule}/ket-thuc", data={"ly_do": "Hết chiến dịch."})
    page = text_of(officer.get(reply.headers["location"]))
    assert "Đã kết thúc" in page
    assert "Không còn lần nào" in page
    assert officer.get(f"/lich/{schedule}/sua").status_code == 303


def test_an_airing_gets_another_time_and_the_old_one_says_where_it_went(world, officer):
    airing, _ = world.approved_airing(areas=[NHA_TRANG], seconds=3600)
    assert "Dời giờ" in officer.get(f"/phat/{airing}").text
    reply = officer.post(f"/phat/{airing}/doi", data={"ngay": "2026-11-26", "gio": "05:15"})
    new = reply.headers["location"].partition("?")[0]
    assert new != f"/phat/{airing}"
    assert "05:15 ngày mai" in text_of(officer.get(new))
    assert "Đã dời sang 05:15" in text_of(officer.get(f"/phat/{airing}"))


def test_an_airing_of_a_schedule_is_moved_as_its_occurrence(world, officer, schedule):
    airings = airings_of(world, schedule)
    assert "thuộc một lịch lặp" in text_of(officer.get(f"/phat/{airings[0]}/doi"))
    officer.post(f"/phat/{airings[0]}/doi", data={"ngay": "2026-11-25", "gio": "20:00"})
    assert coming(world, schedule)[0].starts_at == world.now().replace(hour=13, minute=0)


def test_what_a_moved_airing_would_meet_is_told_first_and_chosen_about(world, officer):
    world.approved_airing(title="Đã có", areas=[NHA_TRANG], seconds=7200)
    airing, _ = world.approved_airing(title="Dời đi", areas=[NHA_TRANG], seconds=3600)
    asked = {"ngay": "2026-11-25", "gio": "13:40"}
    reply = officer.post(f"/phat/{airing}/doi", data=asked)
    assert reply.status_code == 409
    assert "Trùng giờ với «Đã có»" in reply.text
    assert "Khi trùng giờ với lượt khác" in reply.text
    assert world.ask(lambda session: session.get(Airing, airing).state) != "cancelled"
    assert officer.post(f"/phat/{airing}/doi", data=asked | {"trung": "after"}).status_code == 303


def test_what_sounds_already_is_not_moved(world, officer):
    airing = world.aired()
    assert "không dời được nữa" in officer.get(f"/phat/{airing}/doi").text
    assert officer.post(f"/phat/{airing}/doi", data={"ngay": "2026-11-30", "gio": "05:00"}).status_code == 409


def test_a_changed_schedule_is_not_held_against_what_it_made_itself(officer, bulletin, schedule):
    page = officer.get(f"/lich/{schedule}/sua").text
    assert "Đã xét trùng giờ 5 lần đầu" in page
    assert "Trùng giờ với" not in page
    assert f'name="lich" value="{schedule}"' in page
    rule = {"kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "2026-11-25"}
    assert "Trùng giờ với" not in officer.post("/lich/xem-truoc", data=rule | {"lich": schedule}).text
    other = rule | {"ban_tin": bulletin, "noi": "chon", "dia_ban": NHA_TRANG}
    assert "Trùng giờ với" in officer.post("/lich/xem-truoc", data=other).text


def test_a_schedule_of_a_draft_says_that_nothing_will_sound(world, officer):
    bulletin = world.draft()
    place = officer.post("/lich/tao", data=FORM | {"ban_tin": bulletin}).headers["location"]
    page = text_of(officer.get(place))
    assert "Đã ghi lịch. Loa chỉ phát khi bản tin được duyệt." in page
    assert "Chưa lần nào phát được: bản tin còn là bản nháp." in page
    assert "Đang chạy" not in page
    assert "Chưa phát được: bản tin còn là bản nháp." in text_of(officer.get("/lich/danh-sach"))
    world.render(world.do(submit_bulletin, bulletin, by=world.officer).id)
    world.approve(bulletin)
    assert "Đang chạy" in text_of(officer.get(place.partition("?")[0]))


def test_who_may_not_hand_a_draft_in_is_told_who_can(world, officer, sign_in):
    bulletin = world.draft()
    place = officer.post("/lich/tao", data=FORM | {"ban_tin": bulletin}).headers["location"]
    assert "Mở bản tin rồi bấm Gửi duyệt." in text_of(officer.get(place))
    others = text_of(sign_in("kythuat").get(place))
    assert "bấm Gửi duyệt" not in others
    names = [world.officer, world.approver]
    said = ", ".join(one.display_name for one in names)
    assert f"không gửi duyệt được. Hãy nhắc người làm được: {said}." in others
    for one in names:
        world.do(disable_operator, one.id, by=None)
    assert "Chưa tài khoản nào có quyền gửi duyệt. Hãy báo quản trị." in text_of(
        sign_in("kythuat").get(place)
    )


def test_who_may_not_end_a_schedule_of_a_withdrawn_text_is_told_who_can(world, officer, sign_in):
    bulletin = world.draft()
    place = officer.post("/lich/tao", data=FORM | {"ban_tin": bulletin}).headers["location"]
    world.render(world.do(submit_bulletin, bulletin, by=world.officer).id)
    world.approve(bulletin)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    page = text_of(sign_in("xanhatrang").get(place))
    assert "Hãy kết thúc lịch này" not in page
    assert "không kết thúc lịch này được. Hãy nhắc người làm được: " in page


def test_the_approver_is_told_of_every_schedule_and_that_it_has_no_end(world, officer, approver):
    bulletin, _ = world.submitted()
    officer.post("/lich/tao", data=FORM | {"ban_tin": bulletin})
    said = "05:00 các ngày thứ Hai đến thứ Sáu, từ 01/12/2026. Không có ngày cuối."
    queue = text_of(approver.get("/duyet"))
    assert said in queue
    assert "Phát lần đầu 05:00" in queue
    assert f"Toàn tỉnh Khánh Hòa · {len(world.nodes)} cụm loa" in queue
    page = text_of(approver.get(f"/duyet/{bulletin}"))
    assert said in page
    assert "và 2 lượt nữa" in page  # of the seven within two weeks


def test_a_new_schedule_has_an_end_rests_on_holidays_and_asks_where(officer):
    reply = officer.get("/lich/tao")
    page = reply.text
    assert re.search(r'name="het" value="den-ngay" checked', page)
    assert re.search(r'name="den_ngay"[^>]* value="25/02/2027"', page)
    assert re.search(r'name="nghi_le" value="1" checked', page)
    assert not re.findall(r'name="noi"[^>]* checked', page)
    assert "đến hết 25/02/2027; nghỉ các ngày lễ." in text_of(reply)


def test_several_times_of_the_day_make_a_schedule_each(world, officer):
    bulletin, _ = world.submitted()
    form = FORM | {"ban_tin": bulletin, "gio_hai": "17h", "gio_ba": "05:00"}
    said = text_of(officer.post("/lich/xem-truoc", data=form))
    assert "05:00 và 17:00 các ngày thứ Hai đến thứ Sáu" in said
    reply = officer.post("/lich/tao", data=form)
    assert reply.headers["location"] == "/lich/danh-sach?xong=2"
    rules = sorted(from_text(row.rule).at for row in world.ask(running_schedules))
    assert [f"{at:%H:%M}" for at in rules] == ["05:00", "17:00"]
    page = text_of(officer.get("/lich/danh-sach?xong=2"))
    assert "Đã đặt 2 lịch, mỗi giờ một lịch." in page
    wrong = officer.post("/lich/tao", data=form | {"gio_ba": "25:00"})
    assert wrong.status_code == 422
    assert len(world.ask(running_schedules)) == 2
