"""What a technician does with nodes in the browser: code and QR, volume, quarantine, out of use."""

import re
from dataclasses import replace

import pytest

from controller.features.bulletins.queries import waiting_renderings
from controller.features.bulletins.service import return_bulletin
from controller.features.fleet.queries import get_node
from controller.features.fleet.rate_notices import note_floods
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.speaker_tests.service import prepare_test
from devices.enrolment import first_session_of
from tests.integration.web.site_world import NHA_TRANG, Made
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import bulletins, newest_entries, note_vitals
from tests.support.swelling_tone import mp3

NODE = f"loa-{NHA_TRANG}-1"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


def test_a_code_for_a_new_node_is_shown_once_with_its_picture(technician):
    page = technician.post("/gan-cum-loa", data={"ten": "Cụm 3, chợ Đầm", "dia_ban": NHA_TRANG})
    assert page.status_code == 200
    code = re.search(r'id="ma-gan">([A-Z0-9]{4}-[A-Z0-9]{4})<', page.text).group(1)
    assert 'src="data:image/svg+xml' in page.text
    assert f"mã cụm loa {NHA_TRANG}"[:10] in text_of(page)
    assert f"loa-{NHA_TRANG}-3" in page.text
    waiting = technician.get("/gan-cum-loa")
    assert "Cụm 3, chợ Đầm" in waiting.text
    assert code not in waiting.text
    (place,) = re.findall(r'action="(/gan-cum-loa/[^"]+/huy)"', waiting.text)
    assert technician.post(place).status_code == 303
    assert "Không có mã nào đang chờ" in technician.get("/gan-cum-loa").text


def test_a_code_that_leads_a_real_node_nowhere_says_what_to_set(world, sign_in):
    form, technician = {"ten": "Cụm 9", "dia_ban": NHA_TRANG, "gio": "24"}, sign_in("kythuat")
    assert "Thiết bị thật chưa gắn được" not in technician.post("/gan-cum-loa", data=form).text
    told = world.welcome()
    world.welcome = lambda: replace(told, broker="mqtt://127.0.0.1:1883")
    page = technician.post("/gan-cum-loa", data=form).text
    assert "Thiết bị thật chưa gắn được" in page
    assert "LOA_NODES_BROKER_URL=" in page
    assert "LOA_ADDRESS=" not in page


def test_two_codes_for_one_commune_name_two_nodes(technician):
    named = [
        re.search(r"<code>(loa-\d+-\d+)</code>", technician.post("/gan-cum-loa", data=form).text).group(1)
        for form in ({"ten": "Cụm A", "dia_ban": NHA_TRANG}, {"ten": "Cụm B", "dia_ban": NHA_TRANG})
    ]
    assert len(set(named)) == 2


TAKEN = ["station", "Loa-Station", "sim-1", "grafana", "dai", NHA_TRANG, "a+b", "a:b\nstation"]


@pytest.mark.parametrize("name", TAKEN)
def test_no_technician_gets_a_code_for_another_users_name_at_the_broker(world, technician, name, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("station:$7$101$abc$def\ngrafana:$7$101$abc$def\n")
    world.settings = world.settings.model_copy(
        update={"broker_passwords": file, "broker_url": "mqtt://dai:secret@broker.example"}
    )
    refused = technician.post("/gan-cum-loa", data={"cum": name, "ten": "Cụm 3", "dia_ban": NHA_TRANG})
    assert refused.status_code in {409, 422}
    assert 'value="Cụm 3"' in refused.text
    asked = {"node": name, "area": NHA_TRANG, "name": "Cụm 3"}
    assert technician.post("/api/v1/enrolments", json=asked).status_code in {409, 422}


def test_a_node_without_a_name_gets_none_and_what_was_chosen_stays(technician):
    reply = technician.post("/gan-cum-loa", data={"ten": " ", "dia_ban": NHA_TRANG})
    assert reply.status_code == 422
    assert f'value="{NHA_TRANG}" selected' in reply.text


def test_volume_quarantine_and_release_are_forms_and_the_history_tells_them(world, technician):
    world.bring_online()
    assert technician.post(f"/cum-loa/{NODE}/am-luong", data={"muc": "60"}).status_code == 303
    assert world.ask(get_node, NODE).loudest == 60
    refused = technician.post(f"/cum-loa/{NODE}/cach-ly", data={"ly_do": " "})
    assert refused.status_code == 422
    assert "lý do" in refused.text
    technician.post(f"/cum-loa/{NODE}/cach-ly", data={"ly_do": "Phát lạ lúc nửa đêm"})
    words = text_of(technician.get(f"/cum-loa/{NODE}?xong=cach-ly"))
    assert "Đang cách ly" in words
    assert "Phạm Quốc Bảo cách ly cụm loa (lý do: Phát lạ lúc nửa đêm)" in words
    assert "Đang cách ly 1" in text_of(technician.get("/cum-loa"))
    technician.post(f"/cum-loa/{NODE}/thoi-cach-ly")
    assert "Sẵn sàng" in text_of(technician.get(f"/cum-loa/{NODE}"))


def test_a_node_out_of_use_leaves_the_list_and_keeps_its_page(world, technician):
    assert technician.post(f"/cum-loa/{NODE}/ngung-dung").status_code == 303
    assert NODE not in technician.get(f"/cum-loa?xa={NHA_TRANG}").text
    words = text_of(technician.get(f"/cum-loa/{NODE}"))
    assert "Đã ngừng dùng" in words
    assert "Chăm sóc" not in words
    assert world.ask(newest_entries, 1)[0].act == "node.retired"


def test_who_does_not_keep_nodes_sees_no_form_of_theirs(officer):
    page = officer.get(f"/cum-loa/{NODE}").text
    assert "/am-luong" not in page
    assert "Gắn cụm loa" not in officer.get("/cum-loa").text


def test_a_node_that_floods_is_a_fault_with_a_way_to_quarantine_it(world, technician, officer):
    world.bring_online()
    world.do(note_floods, {NODE: 500})
    page = technician.get("/su-co")
    assert "Gửi quá nhiều tin: đài đã bỏ 500 tin" in text_of(page)
    assert f'href="/cum-loa/{NODE}#cach-ly"' in page.text
    assert 'id="cach-ly"' in technician.get(f"/cum-loa/{NODE}").text
    assert "#cach-ly" not in officer.get("/su-co").text
    watched = technician.get("/api/v1/fleet/watched?only_faulty=true").json()
    assert [fault["kind"] for one in watched for fault in one["faults"]] == ["flooding"]


def test_a_node_in_quarantine_is_found_among_the_troubles_with_what_to_do(technician, officer):
    assert "Đang cách ly" not in text_of(technician.get("/su-co"))
    technician.post(f"/cum-loa/{NODE}/cach-ly", data={"ly_do": "Hộp bị cạy"})
    page = technician.get("/su-co")
    words = text_of(page)
    assert f'href="/cum-loa/{NODE}#lo"' in page.text
    assert "Đang cách ly 1" in words
    assert "Lý do: Hộp bị cạy" in words
    assert "bấm Thôi cách ly" in words
    assert "Chưa ai lo" in words
    technician.post(f"/cum-loa/{NODE}/lo", data={"viec": "nhan"})
    assert "Phạm Quốc Bảo" in text_of(technician.get("/su-co"))
    assert "Kỹ thuật viên xem xong sẽ thôi cách ly." in text_of(officer.get("/su-co"))
    technician.post(f"/cum-loa/{NODE}/thoi-cach-ly")
    assert "Đang cách ly" not in text_of(technician.get("/su-co"))


def test_who_looks_after_a_fault_is_said_and_found(world, technician, officer):
    world.bring_online()
    world.lose(world.nodes[:3])
    world.later(minutes=2)
    assert "Chưa ai lo 3" in text_of(technician.get("/su-co"))
    assert technician.post(f"/cum-loa/{world.nodes[0]}/lo", data={"viec": "nhan"}).status_code == 303
    assert (
        technician.post(f"/cum-loa/{world.nodes[0]}/lo", data={"ghi_chu": "Chờ cầu chì"}).status_code == 303
    )
    words = text_of(technician.get("/su-co?ai=toi"))
    assert "Mất kết nối đã 2 phút." in words
    assert "Ghi chú: Chờ cầu chì" in words
    assert "Phạm Quốc Bảo" in text_of(officer.get("/su-co"))
    assert "Chưa ai lo 2" in text_of(officer.get("/su-co"))
    technician.post(f"/cum-loa/{world.nodes[0]}/lo", data={"viec": "thoi"})
    assert "Chưa ai lo 3" in text_of(technician.get("/su-co"))


def test_in_a_storm_the_list_has_pages_and_the_page_stays_small(world, technician):
    world.bring_online()
    world.lose(world.nodes[:120])
    first = technician.get("/su-co")
    assert len(re.findall(r'href="/cum-loa/[^"]+#lo"', first.text)) == 50
    assert "Trang 1/3" in text_of(first)
    assert "Tất cả 120" in text_of(first)
    last = technician.get("/su-co?trang=3&ai=chua")
    assert len(re.findall(r'href="/cum-loa/[^"]+#lo"', last.text)) == 20
    assert 'href="/su-co?trang=2&amp;ai=chua"' in last.text
    assert "Không có cụm loa nào như vậy" in text_of(technician.get("/su-co?trang=9&ai=khac"))


def test_a_commune_that_is_out_is_one_event(world, technician):
    world.bring_online()
    world.lose([f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"])
    words = text_of(technician.get("/su-co"))
    assert re.search(r"Phường Nha Trang 2 cụm loa, từ \d\d:\d\d hôm nay Cả xã mất kết nối", words)


def test_one_loudspeaker_that_is_lost_is_called_by_its_name(world, technician):
    world.bring_online()
    world.lose([NODE])
    words = text_of(technician.get("/su-co"))
    assert "Phường Nha Trang Cụm 1, Phường Nha Trang, từ" in words
    assert NODE not in words


def test_a_loudspeaker_is_tried_alone_or_the_page_says_why_not(world, technician):
    away = technician.post(f"/cum-loa/{NODE}/thu")
    assert away.status_code == 409
    assert "mất kết nối nên chưa thử được" in away.text
    world.bring_online()
    lacking = technician.post(f"/cum-loa/{NODE}/thu")
    assert lacking.status_code == 404
    assert "Chưa có bản tin thử loa nào được duyệt" in lacking.text
    made = Made(mp3(), 8_000)
    bulletin = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, made)
    world.approve(bulletin.id, made)
    tried = technician.post(f"/cum-loa/{NODE}/thu", data={"muc": "30"})
    assert tried.headers["location"] == f"/cum-loa/{NODE}#thu-loa"
    assert "Đang gửi bản thử" in text_of(technician.get(f"/cum-loa/{NODE}"))


def test_the_test_of_loudspeakers_is_drafted_with_one_press_and_offered_again_when_it_is_returned(
    world, officer, technician
):
    page = technician.get("/thu-vien").text
    assert "Chưa có: nhờ cán bộ soạn ở trang này." in page
    assert 'action="/thu-vien/ban-thu"' not in page
    assert 'action="/thu-vien/ban-thu"' in officer.get("/thu-vien").text
    made = officer.post("/thu-vien/ban-thu")
    (bulletin,) = [one for one in world.ask(bulletins) if one.test]
    assert made.headers["location"] == f"/ban-tin/{bulletin.id}?xong=gui"
    page = officer.get("/thu-vien").text
    assert 'action="/thu-vien/ban-thu"' not in page
    assert "Bản tin thử loa: chờ duyệt" in page
    world.do(return_bulletin, bulletin.id, reason="Nói rõ hơn.", by=world.approver)
    assert 'action="/thu-vien/ban-thu"' in officer.get("/thu-vien").text


def test_a_commune_with_loudspeakers_left_is_not_said_to_be_out_as_a_whole(world, technician):
    more = [NewNode(f"loa-{NHA_TRANG}-{number}", NHA_TRANG, f"Cụm {number}") for number in (3, 4)]
    world.do(enrol_nodes, more, by=None)
    world.nodes += [node.id for node in more]
    world.bring_online()
    world.lose([f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"])
    words = text_of(technician.get("/su-co"))
    assert "Phường Nha Trang 2/4 cụm loa, từ" in words
    assert "Mất kết nối cùng lúc" in words
    assert "Cả xã mất kết nối" not in words


def test_a_clock_of_any_epoch_is_not_shown_as_years_wrong(world, technician):
    world.bring_online()
    epoch_ms = 19_000 * 86_400_000.0
    world.do(note_vitals, [world.vitals(NODE, clock_offset_ms=epoch_ms, clock_error_ms=1.5)])
    page = text_of(technician.get(f"/cum-loa/{NODE}"))
    assert "Sai số đồng hồ ± 1,5 ms" in page
    assert "641.600.000" not in page
    assert "đã bù" not in page


def test_the_figures_of_a_loudspeaker_are_of_what_they_say(world, technician):
    """A volume of 0 before any sound is no mute; connections are counted from this hardware's first."""
    world.bring_online()
    world.do(note_vitals, [world.vitals(NODE, volume=0, sounding=None)])

    with world.store.write() as session:
        node = get_node(session, NODE)
        node.first_session, node.session = first_session_of(1), first_session_of(1) + 3
    page = text_of(technician.get(f"/cum-loa/{NODE}"))
    assert "Âm lượng chưa phát lần nào" in page
    assert "Lần nối thứ 3 " in page


def test_the_list_of_one_commune_counts_what_it_has(technician):
    assert "Tất cả 130" in text_of(technician.get("/cum-loa"))
    assert "Tất cả 2 " in text_of(technician.get(f"/cum-loa?xa={NHA_TRANG}"))


def test_nobody_is_told_to_press_what_they_do_not_have(world, technician):
    bulletin, _ = world.submitted()
    for place in ("/lich/danh-sach", f"/ban-tin/{bulletin}", "/lich/ngay/2026-12-06"):
        assert "Bấm Đặt l" not in text_of(technician.get(place))


def test_what_is_planned_for_later_is_nothing_that_was_sounded_lately(world, technician):
    world.approved_airing(title="Bản tin ngày mai", seconds=86_400)
    assert "Bản tin ngày mai" not in technician.get(f"/cum-loa/{NODE}").text
