"""That many loudspeakers will not have a recording in time is said before the start, and taken back."""

from datetime import datetime, timedelta

import pytest

from controller.features.airings.queries import get_airing
from controller.features.notices.queries import notices_of
from controller.model.airing_states import AiringState
from controller.model.notices import NoticeKind
from controller.model.times import Times
from controller.runtime.lateness_notices import LatenessWatch
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import text_of


@pytest.fixture
def watch(world):
    return LatenessWatch(world.store, lambda: world.times, world.now, lambda: world.now().timestamp())


def told(world, person):
    return [one for one in world.ask(notices_of, person.id) if one.kind is NoticeKind.DELIVERY_LATE]


def test_in_time_nobody_is_alarmed_and_the_page_says_who_is_away(world, watch, officer):
    world.bring_online(without=world.nodes[:5])
    airing, _ = world.approved_airing(seconds=60)
    watch.look()
    page = text_of(officer.get(f"/phat/{airing}"))
    assert "125 trong 130 cụm loa sẽ kịp giờ phát" in page
    assert "5 cụm đang mất kết nối" in page
    assert "muộn" not in page
    assert told(world, world.officer) == []


def test_it_is_told_before_the_start_on_pages_in_json_and_by_one_notice(world, watch, officer, approver):
    world.bring_online()
    airing, made = world.approved_airing(seconds=60)
    world.tell(airing, made, "fetched", world.nodes[:30])
    world.later(seconds=58)
    for _ in range(3):
        watch.look()
        world.later(milliseconds=600)
    sentence = "30 trong 130 cụm loa sẽ kịp giờ phát"
    for address in ("/", f"/phat/{airing}"):
        assert sentence in text_of(officer.get(address))
    shown = officer.get(f"/api/v1/airings/{airing}").json()["forecast"]
    assert (shown["nodes"], shown["in_time"], shown["late"], shown["is_late"]) == (130, 30, 100, True)
    assert sentence in shown["sentence"]
    assert officer.get("/api/v1/today").json()["upcoming"][0]["forecast"]["in_time"] == 30
    for person in (world.officer, world.approver):
        (notice,) = told(world, person)
        assert sentence in notice.sentence
        assert notice.subject == airing
    assert "Không kịp gửi tới mọi cụm loa" in text_of(approver.get("/thong-bao"))


def test_an_approver_is_told_of_the_provinces_alone(world, watch):
    world.bring_online()
    world.approved_airing(areas=[NHA_TRANG], seconds=60)
    world.later(seconds=58)
    watch.look()
    assert len(told(world, world.officer)) == 1
    assert told(world, world.approver) == []


def test_it_is_taken_back_when_the_delivery_catches_up(world, watch, officer):
    world.bring_online()
    airing, made = world.approved_airing(seconds=60)
    world.later(seconds=58)
    watch.look()
    assert "Không kịp gửi" in text_of(officer.get("/"))
    world.tell(airing, made, "fetched")
    world.later(seconds=1)
    for _ in range(2):
        watch.look()
    (notice,) = told(world, world.officer)
    assert notice.read_at is not None
    assert "0 trong 130" in notice.sentence
    assert notice.sentence.count("Sau đó đã gửi kịp: 130 trong 130 cụm loa") == 1
    page = text_of(officer.get("/"))
    assert "Không kịp gửi" not in page
    assert "130 trong 130 cụm loa sẽ kịp" in page


def test_a_watch_that_starts_anew_tells_nothing_twice(world, watch):
    world.bring_online()
    world.approved_airing(seconds=60)
    world.later(seconds=58)
    watch.look()
    LatenessWatch(world.store, lambda: world.times, world.now, lambda: 0.0).look()
    assert len(told(world, world.officer)) == 1


def test_who_has_it_begins_on_time_though_no_broker_has_said_that_it_took_the_plan(world):
    world.bring_online()
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    airing = world.plan(bulletin, seconds=60)
    world.advance()
    start = world.ask(get_airing, airing).starts_at
    _, made = world.submitted("Khác"), None
    made = type("Made", (), {"recording": world.ask(get_airing, airing).recording})
    world.tell(airing, made, "fetched", world.nodes[:1])
    world.later(seconds=58)
    world.advance()
    assert world.ask(get_airing, airing).starts_at == start
    world.tell(airing, made, "started", world.nodes[:1], at=start)
    world.later(seconds=3)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.SOUNDING


WHEN = {"noi": "tat-ca", "luc": "gio-khac", "ngay": "25/11/2026"}


def test_a_form_says_that_its_start_is_too_near_and_what_is_not(world, officer):
    world.bring_online()
    world.times = Times(least_lead=timedelta(seconds=5), bytes_per_second=800)  # 8 s of sound take 60 s
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    place = f"/ban-tin/{bulletin}/dat-lich"
    assert f'hx-post="{place}/kip-gio"' in officer.get(place).text
    near = text_of(officer.post(f"{place}/kip-gio", data=WHEN | {"gio": "11:41"}))
    assert "Giờ phát 11:41 trưa nay quá gần: gửi bản tin tới 130 cụm loa cần khoảng 2 phút" in near
    assert "Từ 11:42 trưa nay trở đi" in near
    assert text_of(officer.post(f"{place}/kip-gio", data=WHEN | {"gio": "11:42"})).strip() == ""
    for unsaid in ({"luc": "ngay"}, {"gio": "xyz"}, {"noi": ""}):
        assert text_of(officer.post(f"{place}/kip-gio", data=WHEN | {"gio": "11:41"} | unsaid)).strip() == ""


def test_the_form_of_a_new_text_goes_by_its_words(world, officer):
    world.bring_online()
    world.times = Times(least_lead=timedelta(seconds=5), bytes_per_second=2_000)
    words = {"tieu_de": "Lịch tiêm", "noi_dung": "Mời bà con đưa trẻ đi tiêm phòng. " * 20}
    near = text_of(officer.post("/tao-ban-tin/kip-gio", data=WHEN | words | {"gio": "11:42"}))
    assert "quá gần" in near
    assert text_of(officer.post("/tao-ban-tin/kip-gio", data=WHEN | words | {"gio": "13:00"})).strip() == ""
    later = WHEN | words | {"gio": "11:50"}
    assert text_of(officer.post("/tao-ban-tin/kip-gio", data=later)).strip() == ""
    assert "quá gần" in text_of(officer.post("/tao-ban-tin/kip-gio", data=later | {"so_lan": "3"}))


def test_nothing_is_told_of_a_commune_that_is_not_seen(world, sign_in):
    world.bring_online()
    world.times = Times(least_lead=timedelta(seconds=5), bytes_per_second=2_000)
    words = {"tieu_de": "Lịch tiêm", "noi_dung": "Mời bà con đưa trẻ đi tiêm phòng. " * 20}
    asked = WHEN | words | {"gio": "11:41", "noi": "chon"}
    told = {
        area: text_of(
            sign_in("xanhatrang").post("/tao-ban-tin/kip-gio", data=asked | {"dia_ban": area})
        ).strip()
        for area in (NHA_TRANG, BAC_NHA_TRANG)
    }
    assert "quá gần" in told[NHA_TRANG]
    assert told[BAC_NHA_TRANG] == ""


def test_programs_are_told_the_earliest_good_start(world, approver):
    world.bring_online(without=world.nodes[:10])
    world.times = Times(least_lead=timedelta(seconds=5), bytes_per_second=800)
    bulletin, _ = world.submitted()
    asked = {"bulletin": bulletin, "areas": [PROVINCE], "starts_in_seconds": 20}
    told = approver.post("/api/v1/airings/foresee", json=asked).json()
    assert told["reachable"] == 120
    takes = 5 + 120 * 0.002 + 48_000 / 800
    assert datetime.fromisoformat(told["earliest_at"]) == world.now() + timedelta(seconds=takes)
