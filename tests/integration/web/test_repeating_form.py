"""A bulletin that shall come again, sent with its schedule by one form; the sentence before the button."""

import re
from datetime import date, time

from sqlalchemy import select

from controller.features.schedules.service import schedule_bulletin
from controller.model.schedules import Schedule
from schedules.icalendar import from_text
from schedules.recurrence import Daily
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.stored_rows import bulletins

REPEATED = FORM | {"luc": "lich", "lap_gio": ["17:00", "05:00"], "lap_den": "31/12/2026"}
HERE = {"noi": "", "ca_vung": ""}


def schedules(world):
    rows = world.ask(lambda session: session.scalars(select(Schedule)).all())
    return sorted(rows, key=lambda row: from_text(row.rule).at)


def test_one_form_makes_a_submitted_bulletin_and_a_schedule_for_each_hour(world, sign_in):
    commune = sign_in("xanhatrang")
    reply = commune.post("/tao-ban-tin", data=REPEATED | HERE)
    assert reply.status_code == 303
    (bulletin,) = world.ask(bulletins)
    assert bulletin.state == "submitted"
    made = schedules(world)
    assert [f"{from_text(one.rule).at:%H:%M}" for one in made] == ["05:00", "17:00"]
    assert {f"{from_text(one.rule).last:%d/%m/%Y}" for one in made} == {"31/12/2026"}
    assert all(one.skips.days_off for one in made)
    assert {one.bulletin for one in made} == {bulletin.id}


def test_other_hours_every_day_and_holidays_are_as_typed(world, sign_in):
    form = (
        REPEATED
        | HERE
        | {"lap_gio": [], "lap_gio_khac": "5h30, 18:00", "lap_kieu": "hang-ngay", "lap_ca_le": "1"}
    )
    assert sign_in("xanhatrang").post("/tao-ban-tin", data=form).status_code == 303
    made = schedules(world)
    assert [f"{from_text(one.rule).at:%H:%M}" for one in made] == ["05:30", "18:00"]
    assert not any(one.skips.days_off for one in made)


def test_what_lacks_is_said_and_nothing_is_made(world, sign_in):
    commune = sign_in("xanhatrang")
    for wrong, told in [
        ({"lap_gio": []}, "Hãy chọn ít nhất một giờ trong ngày."),
        ({"lap_gio_khac": "sáng"}, "Hãy ghi giờ phát"),
        ({"lap_den": ""}, "Hãy ghi ngày cuối"),
        ({"lap_den": "24/11/2026"}, "Ngày cuối đã qua"),
        ({"lap_kieu": "x"}, "Hãy chọn kiểu lặp lại."),
    ]:
        reply = commune.post("/tao-ban-tin", data=REPEATED | HERE | wrong)
        assert reply.status_code == 422
        assert told in reply.text
        assert re.search(r'value="lich" checked', reply.text)
    assert world.ask(bulletins) == []
    assert schedules(world) == []


def test_one_sentence_says_what_the_form_will_do(sign_in):
    commune = sign_in("xanhatrang")

    def said(**changes):
        return text_of(commune.post("/tao-ban-tin/tom-tat", data=REPEATED | HERE | changes))

    whole = said()
    assert whole.startswith("Phường Nha Trang, 2 cụm loa, 05:00 và 17:00 các ngày thứ Hai đến thứ Sáu")
    assert "đến hết 31/12/2026; nghỉ các ngày lễ; mỗi lần khoảng 0:" in whole
    assert "ngay khi được duyệt" in said(luc="ngay")
    assert "Chưa chọn giờ phát." in said(luc="")
    assert "Chưa có tiêu đề hoặc lời đọc." in said(noi_dung=" ")
    assert "Hãy ghi ngày cuối" in said(lap_den="")


def test_what_is_planned_where_a_person_sees_nothing_is_not_told(world, sign_in):
    every = Daily(at=time(5), first=date(2026, 11, 26))
    there, _ = world.submitted("Bản tin bên kia")
    world.approve(there)
    world.do(schedule_bulletin, there, areas=[BAC_NHA_TRANG], rule=every, by=world.approver)
    own, _ = world.submitted("Bản tin của xã", by=world.people["xanhatrang"])
    world.approve(own)
    commune, elsewhere = sign_in("xanhatrang"), {"noi": "chon", "dia_ban": BAC_NHA_TRANG}
    asked = REPEATED | elsewhere | {"lap_kieu": "hang-ngay"}
    assert "Bản tin bên kia" in text_of(sign_in("canbo").post("/tao-ban-tin/tom-tat", data=asked))
    assert "Chưa chọn nơi phát." in text_of(commune.post("/tao-ban-tin/tom-tat", data=asked))
    rule = {"ban_tin": own, "kieu": "hang-ngay", "gio": "05:00", "tu_ngay": "2026-11-26"}
    assert "Trùng giờ" not in text_of(commune.post("/lich/xem-truoc", data=rule | elsewhere))


def test_a_schedule_that_meets_others_is_not_made_until_somebody_says_what_then(world, officer):
    bulletin, _ = world.submitted("Bản tin sáng")
    world.approve(bulletin)
    every = Daily(at=time(5), first=date(2026, 11, 26))
    world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=every, by=world.approver)
    reply = officer.post("/tao-ban-tin", data=REPEATED)
    assert (reply.status_code, len(schedules(world)), len(world.ask(bulletins))) == (409, 1, 1)
    assert "Bản tin sáng" in reply.text
    assert 'name="trung" value="accept"' in reply.text
    assert officer.post("/tao-ban-tin", data=REPEATED | {"trung": "accept"}).status_code == 303
    assert len(schedules(world)) == 3
