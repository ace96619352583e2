"""Hôm nay names what is not well, with its cause and the button that mends it; what is well is one line."""

import pytest

from controller.features.airings.cancellation import cancel_airing
from controller.features.bulletins.service import return_bulletin
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import sounding, text_of
from tests.support.stored_rows import note_vitals


@pytest.fixture
def commune(sign_in):
    return sign_in("xanhatrang")


def test_communes_that_are_not_well_are_named_and_the_others_are_one_line(world, officer, sign_in):
    world.bring_online()
    assert "65 xã, phường bình thường. 130/130 cụm loa trực tuyến." in text_of(officer.get("/"))
    world.lose([world.nodes[0], world.nodes[2], world.nodes[3]])
    words = text_of(officer.get("/"))
    assert "2 chỗ có vấn đề" in words
    assert "Phường Bắc Nha Trang Cụm 1, Phường Bắc Nha Trang: Mất kết nối đã 0 phút. Xem cụm loa" in words
    assert "Phường Nha Trang Cả 2 cụm loa mất kết nối. Xem cụm loa" in words
    assert "Tây Nha Trang" not in words
    assert "63 xã, phường bình thường. 127/130 cụm loa trực tuyến." in words
    technician = sign_in("kythuat").get("/")
    assert 'href="/su-co/viec"' in technician.text
    assert 'href="/su-co/viec"' not in officer.get("/").text
    assert f'href="/cum-loa/{world.nodes[0]}#lo">Nhận lo' in technician.text
    told = officer.get("/api/v1/today").json()
    assert [one["name"] for one in told["troubles"]] == ["Phường Nha Trang", "Phường Bắc Nha Trang"]
    assert told["normal"] == "63 xã, phường bình thường. 127/130 cụm loa trực tuyến."


def test_a_loudspeaker_that_answers_but_is_broken_is_named_with_its_cause(world, officer):
    world.bring_online()
    world.do(note_vitals, [world.vitals(world.nodes[5], 5, amplifier_ok=False)])
    words = text_of(officer.get("/"))
    assert "Tăng âm báo hỏng: người dân có thể không nghe thấy gì." in words
    assert "64 xã, phường bình thường." in words


def test_in_a_storm_the_worst_are_named_and_the_others_counted(world, officer):
    world.bring_online()
    world.lose(world.nodes[:60])
    words = text_of(officer.get("/"))
    assert "30 chỗ có vấn đề" in words
    assert "Còn 18 xã, phường khác có vấn đề" in words
    assert "35 xã, phường bình thường" in words


def test_a_commune_sees_its_own_loudspeakers_and_nothing_of_others(world, commune):
    world.bring_online()
    assert "2/2 cụm loa sẵn sàng." in text_of(commune.get("/"))
    world.lose([world.nodes[2], world.nodes[9]])
    words = text_of(commune.get("/"))
    assert "1 chỗ có vấn đề" in words
    assert "Cụm 1, Phường Nha Trang Mất kết nối đã 0 phút. Xem cụm loa" in words
    assert "1/2 cụm loa sẵn sàng." in words


def test_what_starts_soon_and_is_not_approved_is_trouble_with_the_way_to_mend_it(world, officer, sign_in):
    world.bring_online()
    bulletin, _ = world.submitted("Lịch tiêm phòng")
    world.plan(bulletin, areas=[NHA_TRANG], seconds=2 * 3600)
    assert f'href="/duyet/{bulletin}">Nghe và duyệt' in sign_in("duyet").get("/").text
    words = text_of(officer.get("/"))
    assert "Sắp tới giờ mà chưa phát được: Lịch tiêm phòng Chờ duyệt. 13:40 hôm nay, còn 2 giờ." in words
    world.do(return_bulletin, bulletin, reason="Sai ngày.", by=world.approver)
    assert f'href="/ban-tin/{bulletin}">Mở bản tin' in officer.get("/").text


def test_what_is_far_ahead_is_work_and_no_trouble(world, officer):
    world.bring_online()
    bulletin, _ = world.submitted("Lịch tiêm phòng")
    world.plan(bulletin, areas=[NHA_TRANG], seconds=5 * 3600)
    assert "Không có gì sai" in text_of(officer.get("/"))


def test_what_only_some_heard_is_aired_again_from_the_page(world, commune):
    world.bring_online()
    airing = world.aired(title="Bản tin sáng", without=[world.nodes[2]])
    page = commune.get("/")
    assert "Chưa đọc hết: Bản tin sáng 1/2 loa đã đọc hết, nghe được 50% thời lượng." in text_of(page)
    assert f'href="/phat/{airing}/phat-lai">Phát lại cho loa thiếu' in page.text


def test_what_a_person_stopped_is_no_trouble_and_is_not_offered_again(world, commune):
    world.bring_online()
    airing, _ = sounding(world)
    world.do(cancel_airing, airing, by=world.approver, reason="Nhầm bản.")
    world.later(seconds=40)
    words = text_of(commune.get("/"))
    assert "Không có gì sai" in words
    assert "0/2 loa đã đọc hết" not in words
    assert "fate-stopped" in commune.get("/loa-xa").text


def test_the_three_answers_stand_first(world, commune, sign_in):
    world.bring_online()
    words = text_of(commune.get("/"))
    assert "Không có gì đang phát Không có gì sai Không có việc chờ bạn" in words
    world.submitted()
    assert "1 việc chờ bạn" in text_of(sign_in("duyet").get("/"))


def test_when_nothing_sounds_any_more_no_line_says_that_loudspeakers_do(world, commune):
    world.bring_online()
    airing, _ = sounding(world)
    there = {node: place for place, node in enumerate(world.nodes) if node in set(world.nodes[2:4])}
    world.do(note_vitals, [world.vitals(node, place, sounding=airing) for node, place in there.items()])
    assert "2/2 cụm loa sẵn sàng, 2 đang phát." in text_of(commune.get("/"))
    world.do(cancel_airing, airing, by=world.approver, reason="Nhầm bản.")
    words = text_of(commune.get("/"))
    assert "Không có gì đang phát" in words
    assert "2/2 cụm loa sẵn sàng." in words
