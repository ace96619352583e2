"""What the station tells by itself stands on Hôm nay, with what to do, until its person says to know it."""

from datetime import date, time, timedelta

import pytest

from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import end_acts, set_reference
from controller.features.notices.queries import notices_of
from controller.features.schedules.service import schedule_bulletin
from schedules.recurrence import Daily
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of


@pytest.fixture
def ended(world):
    """A bulletin that tells of an act that holds no more; its writer has been told."""
    bulletin, _ = world.submitted("Hỗ trợ vay vốn")
    act = Reference("31/QĐ-UBND", "Quyết định", in_force_until=world.now().date() - timedelta(days=1))
    world.do(set_reference, bulletin, act, by=world.officer)
    world.do(end_acts)
    return bulletin


def test_an_act_that_ended_is_told_with_what_can_be_done(ended, officer):
    page = officer.get("/")
    assert "Quyết định số 31/QĐ-UBND đã hết hiệu lực" in text_of(page)
    assert f'href="/ban-tin/{ended}"' in page.text
    assert f'href="/ban-tin/{ended}/van-ban"' in page.text


@pytest.mark.usefixtures("ended")
def test_it_goes_once_its_person_says_to_know_it(world, officer, approver):
    (notice,) = world.ask(notices_of, world.officer.id)
    assert approver.post(f"/thong-bao/{notice.id}/da-biet").status_code == 404
    assert "hết hiệu lực" in officer.get("/").text
    assert officer.post(f"/thong-bao/{notice.id}/da-biet").headers["location"] == "/"
    assert "hết hiệu lực" not in officer.get("/").text


def test_a_communes_no_is_told_with_the_way_to_the_airing(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm chủng")
    world.approve(bulletin)
    airing = world.plan(bulletin, areas=[NHA_TRANG], seconds=30, agreed=False)
    world.later(hours=2)
    world.advance()
    page = approver.get("/")
    assert "Xã chưa đồng ý" in text_of(page)
    assert f'<a class="btn" href="/phat/{airing}">Xem lượt phát</a>' in page.text


def test_of_a_schedule_the_way_leads_to_the_schedule(world, approver):
    bulletin, _ = world.submitted("Bản tin chiều")
    world.approve(bulletin)
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    schedule = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.approver).id
    world.later(hours=6)
    world.advance()
    assert f'<a class="btn" href="/lich/{schedule}">Xem lịch phát</a>' in approver.get("/").text


@pytest.mark.usefixtures("ended")
def test_what_is_known_is_still_found_among_the_notices(world, officer, approver):
    (notice,) = world.ask(notices_of, world.officer.id)
    before = officer.get("/thong-bao")
    assert "đã hết hiệu lực" in text_of(before)
    assert f'action="/thong-bao/{notice.id}/da-biet"' in before.text
    known = officer.post(f"/thong-bao/{notice.id}/da-biet", data={"ve": "thong-bao"})
    assert known.headers["location"] == "/thong-bao"
    after = officer.get("/thong-bao")
    assert "đã hết hiệu lực" in text_of(after)
    assert f'action="/thong-bao/{notice.id}/da-biet"' not in after.text
    assert "Chưa có thông báo nào" in text_of(approver.get("/thong-bao"))


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize("elsewhere", ["https://vi.example/", "//vi.example", "duyet"])
def test_the_way_back_leads_nowhere_else(world, officer, elsewhere):
    (notice,) = world.ask(notices_of, world.officer.id)
    known = officer.post(f"/thong-bao/{notice.id}/da-biet", data={"ve": elsewhere})
    assert known.headers["location"] == "/"
