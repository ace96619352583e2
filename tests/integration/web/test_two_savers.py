"""Two people change one template, schedule or policy: who saves last sees first what the other changed."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import published_policies
from controller.features.schedules.queries import get_schedule
from controller.features.schedules.service import cancel_occurrence, change_schedule, schedule_bulletin
from controller.features.templates.queries import get_template
from controller.features.templates.service import add_template, change_template
from schedules.icalendar import from_text
from schedules.recurrence import Daily
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE

REFUSED = "điều bạn nhập chưa được lưu"


def version(page, near):
    return re.search(rf'{re.escape(near)}.*?name="phien_ban" value="([^"]+)"', page, re.DOTALL).group(1)


def text_of(reply):
    words = re.sub(r"<[^>]+>", " ", html.unescape(reply.text))
    return re.sub(r"\s+", " ", words)


@pytest.fixture
def template(world):
    return world.do(add_template, title="Họp thôn", text="Họp ngày [ngày].", by=world.approver).id


def test_who_saves_a_template_onto_newer_words_sees_both_and_may_save_again(world, approver, template):
    place = f"/thu-vien/mau/{template}/sua"
    begun = version(approver.get("/thu-vien").text, place)
    world.do(change_template, template, title="Họp thôn", text="Họp lúc [giờ].", by=world.approver)
    form = {"ten": "Họp thôn", "loi": "Họp tại [nơi].", "phien_ban": begun}
    reply = approver.post(place, data=form)
    assert (reply.status_code, REFUSED in reply.text) == (409, True)
    assert "Lời của mẫu, bản đã lưu Họp lúc [giờ]. Lời của mẫu, bạn nhập Họp tại [nơi]." in text_of(reply)
    assert ">Họp tại [nơi].</textarea>" in reply.text
    assert world.ask(get_template, template).text == "Họp lúc [giờ]."
    again = form | {"phien_ban": version(reply.text, place)}
    assert approver.post(place, data=again).status_code == 303
    assert world.ask(get_template, template).text == "Họp tại [nơi]."


def test_a_template_that_somebody_has_changed_is_not_removed_unseen(world, approver, template):
    begun = version(approver.get("/thu-vien").text, f"/thu-vien/mau/{template}/sua")
    world.do(change_template, template, title="Họp thôn", text="Họp lúc [giờ].", by=world.approver)
    form = {"ten": "Họp thôn", "loi": "Họp ngày [ngày].", "phien_ban": begun}
    assert approver.post(f"/thu-vien/mau/{template}/xoa", data=form).status_code == 409
    assert world.ask(get_template, template).removed_at is None


def test_a_program_that_says_what_it_began_with_is_refused_too(world, approver, template):
    place = f"/api/v1/templates/{template}"
    begun = next(one for one in approver.get("/api/v1/templates").json() if one["id"] == template)["version"]
    world.do(change_template, template, title="Họp thôn", text="Họp lúc [giờ].", by=world.approver)
    asked = {"title": "Họp thôn", "text": "Họp tại [nơi].", "based_on": begun}
    refused = approver.put(place, json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "template.newer")
    again = asked | {"based_on": refused.json()["facts"]["version"]}
    assert approver.put(place, json=again).status_code == 200


def test_who_saves_a_schedule_onto_a_newer_rule_sees_both_and_may_save_again(world, officer):
    bulletin, _ = world.submitted()
    rule = Daily(at=time(17), first=date(2026, 12, 1))
    asked = {"areas": [PROVINCE], "rule": rule, "by": world.officer}
    schedule = world.do(schedule_bulletin, bulletin, **asked).id
    place = f"/lich/{schedule}/sua"
    begun = version(officer.get(place).text, f'name="lich" value="{schedule}"')
    world.do(change_schedule, schedule, rule=replace(rule, at=time(18)), by=world.officer)
    form = {"kieu": "hang-ngay", "gio": "06:30", "tu_ngay": "2026-12-01", "viec": "luu", "phien_ban": begun}
    reply = officer.post(place, data=form)
    assert (reply.status_code, REFUSED in reply.text) == (409, True)
    words = text_of(reply)
    assert "Lịch, bản đã lưu 18:00 hằng ngày" in words
    assert "Lịch, bạn nhập 06:30 hằng ngày" in words
    assert 'value="06:30"' in reply.text
    again = form | {"phien_ban": version(reply.text, f'name="lich" value="{schedule}"')}
    assert officer.post(place, data=again).status_code == 303
    assert from_text(world.ask(get_schedule, schedule).rule).at == time(6, 30)


def test_a_single_occurrence_that_was_cancelled_meanwhile_hinders_nobody(world, officer):
    bulletin, _ = world.submitted()
    rule = Daily(at=time(17), first=date(2026, 12, 1))
    made = world.do(schedule_bulletin, bulletin, areas=[PROVINCE], rule=rule, by=world.officer)
    place = f"/lich/{made.id}/sua"
    begun = version(officer.get(place).text, f'name="lich" value="{made.id}"')
    world.do(cancel_occurrence, made.id, datetime(2026, 12, 1, 10, tzinfo=UTC), by=world.officer)
    form = {"kieu": "hang-ngay", "gio": "06:30", "tu_ngay": "2026-12-01", "viec": "luu", "phien_ban": begun}
    assert officer.post(place, data=form).status_code == 303


def test_who_signs_a_policy_onto_a_newer_one_sees_both_and_may_sign_again(world, sign_in):
    administrator, place = sign_in("quantri"), f"/quy-dinh/{NHA_TRANG}"
    begun = version(administrator.get(place).text, f'action="{place}"')
    theirs = {
        "administrator": world.people["quantri"],
        "password": PASSWORDS["quantri"],
        "loudest_volume": 40,
    }
    world.do(sign_policy, area=NHA_TRANG, **theirs)
    form = {
        "am_luong": "60",
        "phut": "30",
        "viec": "ky",
        "mat_khau": PASSWORDS["quantri"],
        "phien_ban": begun,
    }
    reply = administrator.post(place, data=form)
    assert (reply.status_code, REFUSED in reply.text) == (409, True)
    words = text_of(reply)
    assert "Âm lượng lớn nhất, bản đã lưu 40% Âm lượng lớn nhất, bạn nhập 60%" in words
    assert "Mỗi ngày tối đa, bản đã lưu 1440 phút Mỗi ngày tối đa, bạn nhập 30 phút" in words
    assert 'value="60"' in reply.text
    again = form | {"phien_ban": version(reply.text, f'action="{place}"')}
    assert administrator.post(place, data=again).status_code == 303
    assert [
        one.loudest_volume for one in world.ask(published_policies, NHA_TRANG) if one.target == NHA_TRANG
    ] == [60]
