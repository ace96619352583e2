import re

import pytest

from controller.features.airings.queries import get_airing
from controller.features.airings.views import Tile
from controller.features.bulletins.service import return_bulletin
from controller.features.fleet.service import retire_node
from controller.http.signs import StatusTone
from tests.integration.web.site_world import NHA_TRANG, Made
from tests.support.counted_queries import queries_of as queries_in
from tests.support.stored_rows import note_vitals
from tests.support.swelling_tone import mp3


def text_of(reply):
    """What a person reads: tags away, blanks made one."""
    assert reply.status_code == 200, reply.text
    body = re.sub(r"<(script|style|title)\b.*?</\1>", "", reply.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def sounding(world, without=()):
    airing, made = world.approved_airing(made=Made(mp3(8, 440), 424_000), seconds=20)
    there = [node for node in world.nodes if node not in without]
    world.tell(airing, made, "fetched", there)
    start = world.later(seconds=20)
    world.advance()
    world.tell(airing, made, "started", there, at=start, spread_ms=8)
    return airing, made


def test_a_quiet_day_says_so_and_what_comes_next(world, officer):
    assert "Không có gì đang phát" in text_of(officer.get("/"))
    world.approved_airing(title="Lịch tiêm phòng", seconds=3600)
    page = text_of(officer.get("/"))
    assert "Phát lúc 12:40 hôm nay , còn 1 giờ" in page
    assert "130 /130" in page


def test_the_front_page_follows_the_loudspeakers_that_stopped(world, officer):
    airing, made = sounding(world)
    assert "Đang phát Toàn tỉnh" in text_of(officer.get("/"))
    world.later(seconds=20)
    world.tell(airing, made, "stopped", heard_ms=20_000, reason="unknown-key")
    page = text_of(officer.get("/"))
    assert "Loa đã ngừng phát" in page
    assert "Đang phát Toàn tỉnh" not in page
    shown = text_of(officer.get(f"/phat/{airing}"))
    assert "Loa đã ngừng phát" in shown
    assert "Phát dở, 4%" in shown


def test_what_sounds_stands_first_with_its_time_and_funnel(world, officer):
    world.bring_online()
    airing, _ = sounding(world, without=world.nodes[:3])
    world.later(seconds=65)
    page = officer.get("/")
    words = text_of(page)
    assert "Đang phát Toàn tỉnh Khánh Hòa · từ 11:40:20 Phòng, chống bão số 13" in words
    assert "1:05 / 7:04" in words
    assert "Đã tải về loa 127 /130" in words
    assert "Đã phát hết 0 /130" in words
    assert f'href="/phat/{airing}/dung"' in page.text


def test_speech_in_the_making_shows_its_phrase(world, officer):
    _, rendering = world.submitted("Thông báo cắt điện", rendered=False)
    assert "Chờ đến lượt dựng âm thanh" in text_of(officer.get("/"))
    world.speak(rendering, 7, 12)
    assert "Thông báo cắt điện Đang đọc câu 7/12" in text_of(officer.get("/"))
    world.fail(rendering, "Giọng đọc không trả lời.")
    world.progress.clear()
    assert "Giọng đọc không trả lời." in text_of(officer.get("/"))


def test_the_last_airing_can_be_listened_to_and_tells_its_reach(world, officer):
    world.aired(without=world.nodes[:3])
    page = officer.get("/")
    assert "127/130 cụm loa đã phát hết" in text_of(page)
    assert re.search(r'<audio[^>]+src="/tep/[0-9a-f]{64}\.mp3"', page.text)


def test_each_person_sees_what_waits_for_them(world, sign_in):
    bulletin, _ = world.submitted()
    assert "1 bản tin chờ bạn duyệt" in text_of(sign_in("duyet").get("/"))
    assert "chờ bạn duyệt" not in text_of(sign_in("canbo").get("/"))
    world.do(return_bulletin, bulletin, reason="Sai ngày.", by=world.approver)
    assert "Bị trả lại: Phòng, chống bão số 13 Sai ngày." in text_of(sign_in("canbo").get("/"))
    assert "Bị trả lại" not in text_of(sign_in("duyet").get("/"))


def test_an_airing_that_was_missed_is_shown_with_its_reason(world, officer):
    bulletin, _ = world.submitted()
    airing = world.plan(bulletin, seconds=60)
    world.later(minutes=20)
    world.advance()
    assert "Không phát được: Phòng, chống bão số 13 Đã quá giờ phát muộn nhất" in text_of(officer.get("/"))
    assert "Bản tin chưa được duyệt." in text_of(officer.get(f"/phat/{airing}"))


def test_an_airing_that_is_over_tells_reach_spread_and_why_nodes_missed_it(world, officer, sign_in):
    away = world.nodes[:3]
    airing = world.aired(
        without=away, reasons=[(world.nodes[9], "power-lost"), (world.nodes[11], "power-lost")]
    )
    words = text_of(officer.get(f"/phat/{airing}"))
    assert "Đã phát hết 125 /130" in words
    assert "Độ phủ 96,2%" in words
    assert "Lệch giờ bắt đầu cùng lúc" in words
    figures = text_of(sign_in("kythuat").get(f"/phat/{airing}"))
    assert "6,0 ms trung vị · 99%: 12,0 ms · lớn nhất: 12,0 ms" in figures
    assert "−16,1 LUFS" in figures
    assert "3 cụm loa: không báo về" in words
    assert "2 cụm loa: mất điện giữa lúc phát" in words
    assert "giọng đọc ngoại tuyến" in words
    assert "ủy ban nhân dân tỉnh khánh hòa thông báo bão số mười ba" in words


def test_an_airing_says_which_voice_stood_in_and_why(world, officer):
    made = Made(mp3(), 8_000, engine="loa", fallback_reason="không có mạng")
    bulletin, rendering = world.submitted(rendered=False)
    world.render(rendering, made)
    airing = world.plan(bulletin, seconds=600)
    assert "Đã đọc bằng giọng đọc ngoại tuyến" in text_of(officer.get(f"/phat/{airing}"))
    assert "không có mạng" in text_of(officer.get(f"/phat/{airing}"))


@pytest.mark.parametrize("path", ["/phat/{airing}", "/cum-loa/loa-22366-1", "/ban-tin/{bulletin}", "/"])
def test_an_officer_reads_no_figures_of_a_technician(world, officer, path):
    world.bring_online()
    airing = world.aired()
    with world.store.read() as session:
        bulletin = get_airing(session, airing).bulletin
    words = text_of(officer.get(path.format(airing=airing, bulletin=bulletin)))
    assert not re.search(r"LUFS|\bms\b|dBm|dBFS|trung vị|°C", words)


@pytest.mark.parametrize("path", ["/cum-loa/loa-22366-1", "/su-co"])
def test_what_is_wrong_stands_in_plain_words_and_the_figures_for_who_keeps_it(world, sign_in, path):
    world.bring_online()
    told = {"clock_error_ms": 90_000.0, "temperature_c": 81.0, "level_dbfs": -58.0, "sounding": "x"}
    world.do(note_vitals, [world.vitals("loa-22366-1", **told)])
    officer, technician = (text_of(sign_in(name).get(path)) for name in ("canbo", "kythuat"))
    for words in (officer, technician):
        assert "Đang phát nhưng ở loa gần như không có tiếng." in words
        assert "Đồng hồ không đúng giờ: cụm loa chỉ phát tin khẩn cấp." in words
        assert "Trong tủ thiết bị quá nóng." in words
    assert not re.search(r"\bms\b|dBFS|°C", officer)
    assert "−58 dBFS" in technician
    assert "sai số 90 giây" in technician
    assert "81 °C" in technician


def test_a_node_shows_its_clock_its_health_and_what_it_reported(world, sign_in):
    officer = sign_in("kythuat")
    world.bring_online()
    world.aired(without=world.nodes[1:2])
    words = text_of(officer.get(f"/cum-loa/{world.nodes[2]}"))
    assert "Sẵn sàng Phường Nha Trang Cụm 1, Phường Nha Trang" in words
    assert "Sai số đồng hồ ± 3,2 ms đồng hồ máy lệch −2,1 ms, đã bù" in words
    assert "Bộ nhớ còn trống 1,9 GB" in words
    assert "Phát hết sau 8 giây" in words
    missed = text_of(officer.get(f"/cum-loa/{world.nodes[1]}"))
    assert "Chưa tải" in missed
    assert "Chưa có biên nhận" in missed


def test_a_node_that_never_spoke_has_a_page_too(world, officer, sign_in):
    words = text_of(officer.get(f"/cum-loa/{world.nodes[0]}"))
    assert "Cụm loa này chưa kết nối lần nào." in words
    assert "Đồng hồ chưa biết" in words
    assert "Sai số đồng hồ chưa biết" in text_of(sign_in("kythuat").get(f"/cum-loa/{world.nodes[0]}"))


def test_a_node_falls_silent_by_the_clock_alone(world, officer):
    world.bring_online()
    world.later(minutes=4)
    assert "Không trả lời" in text_of(officer.get(f"/cum-loa/{world.nodes[0]}"))


def test_a_commune_sees_its_own_and_what_comes_from_above(world, sign_in):
    whole = world.aired(title="Cả tỉnh")
    other, _ = world.approved_airing(title="Nơi khác", areas=["22333"], seconds=600)
    commune = sign_in("xanhatrang")
    home = text_of(commune.get("/"))
    assert "Cả tỉnh" in home
    assert "Nơi khác" not in home
    assert "0/2 cụm loa sẵn sàng." in home
    assert commune.get(f"/phat/{whole}").status_code == 200
    assert commune.get(f"/phat/{other}").status_code == 404
    assert f"/cum-loa/loa-{NHA_TRANG}-1" in commune.get("/cum-loa").text
    assert "/cum-loa/loa-22333-1" not in commune.get("/cum-loa").text


def test_a_lost_broker_is_told(world, officer):
    world.up = False
    assert "mất liên lạc với các cụm loa" in text_of(officer.get("/"))


def test_a_page_takes_the_same_number_of_queries_however_much_there_is(world, officer):
    world.bring_online()
    one = f"/phat/{world.aired()}"
    pages = ["/", "/phat", one, "/cum-loa", "/cum-loa/loa-22366-1", "/ban-tin", "/su-co"]
    few = {page: queries_of(world, officer, page) for page in pages}
    for _ in range(3):
        world.aired()
        world.submitted()
    assert {page: queries_of(world, officer, page) for page in pages} == few
    assert max(few.values()) <= 25, few


def queries_of(world, client, address):
    def show():
        assert client.get(address).status_code == 200

    return queries_in(world.store, show)


@pytest.mark.parametrize(
    ("tile", "word", "tone"),
    [
        (Tile("1", "Xã A"), "Chưa có cụm loa", StatusTone.CALM),
        (Tile("1", "Xã A", nodes=2, never=2), "Chưa từng kết nối", StatusTone.CALM),
        (Tile("1", "Xã A", nodes=2), "Mất kết nối", StatusTone.BAD),
        (Tile("1", "Xã A", nodes=2, online=2, asked=2, started=2, sounding=2), "Đang phát", StatusTone.LIVE),
        (
            Tile("1", "Xã A", nodes=2, online=2, asked=2, started=2, ended=2, finished=2),
            "Đã phát hết",
            StatusTone.GOOD,
        ),
        (
            Tile("1", "Xã A", nodes=2, online=2, asked=2, started=1, ended=1, finished=1),
            "Đã phát hết",
            StatusTone.WARN,
        ),
        (Tile("1", "Xã A", nodes=2, online=2, asked=2, started=2, ended=2), "Phát một phần", StatusTone.WARN),
        (Tile("1", "Xã A", nodes=2, online=1), "Thiếu kết nối", StatusTone.WARN),
        (Tile("1", "Xã A", nodes=2, online=2, faulty=1), "Có trục trặc", StatusTone.WARN),
        (Tile("1", "Xã A", nodes=2, online=2), "Sẵn sàng", StatusTone.GOOD),
    ],
)
def test_a_tile_says_the_first_thing_that_matters(tile, word, tone):
    assert (tile.today.word, tile.today.tone) == (word, tone)


def test_an_officer_of_a_commune_sees_the_figures_of_that_commune(world, sign_in):
    commune = sign_in("xanhatrang")
    airing, _ = sounding(world, without=world.nodes[:3])
    for page in ("/", "/phat", f"/phat/{airing}"):
        words = text_of(commune.get(page))
        assert "130" not in words, page
        assert "127" not in words, page
    assert "Đã tải về loa 1 /2" in text_of(commune.get("/"))
    later, _ = world.approved_airing(title="Ngày mai", seconds=90_000)
    assert "Đã lên kế hoạch 2 /2" in text_of(commune.get(f"/phat/{later}"))
    assert "Đã lên kế hoạch 130 /130" in text_of(sign_in("canbo").get(f"/phat/{later}"))
    over = world.aired(title="Hôm qua", without=world.nodes[:3], reasons=[(world.nodes[9], "power-lost")])
    words = text_of(commune.get(f"/phat/{over}"))
    assert "mất điện giữa lúc phát" not in words
    assert "1 cụm loa: không báo về" in words


def test_while_a_recording_is_made_the_day_says_so_instead_of_nothing(world, officer):
    bulletin, rendering = world.submitted("Lịch tiêm phòng", rendered=False)
    world.speak(rendering, 3, 12)
    words = text_of(officer.get("/"))
    assert "Đang chuẩn bị: Lịch tiêm phòng Đang đọc câu 3/12. Chưa phát gì" in words
    assert "Chưa có lượt phát nào được đặt" not in words
    assert f'href="/ban-tin/{bulletin}"' in officer.get("/").text


def retire(world, nodes):
    for node in nodes:
        world.do(retire_node, node, by=world.people["kythuat"])


def test_a_station_without_loudspeakers_says_what_to_do_next(world, sign_in):
    retire(world, world.nodes)
    for name, there, gone in (
        ("quantri", ("/nguoi-dung/them", "/quy-dinh", "/gan-cum-loa"), ()),
        ("kythuat", ("/gan-cum-loa",), ("/nguoi-dung/them",)),
        ("canbo", (), ("/gan-cum-loa", "/nguoi-dung/them")),
        ("xanhatrang", (), ("/gan-cum-loa", "/nguoi-dung/them")),
    ):
        page = sign_in(name).get("/")
        assert "Chưa có cụm loa nào" in text_of(page)
        assert "bình thường" not in text_of(page)
        assert all(f'href="{place}"' in page.text for place in there), name
        assert not any(f'href="{place}"' in page.text for place in gone), name


def test_communes_without_loudspeakers_are_named_in_one_line(world, officer):
    retire(world, world.nodes[4:])
    assert "63 xã, phường chưa có cụm loa" in text_of(officer.get("/"))


def test_every_commune_of_the_map_has_its_name_and_the_number_of_its_row(officer):
    page = officer.get("/ban-do").text
    shown = re.findall(r'class="label named"', page)  # before a script arranges them
    numbers = set(map(int, re.findall(r'class="cell-number"[^>]*>(\d+)<', page)))
    assert len(shown) >= 20
    assert len(numbers) == 64  # the one in a frame of its own always has its name
    rows = re.findall(r'data-name="(\d+) ([^"]+)" data-cell="v-(\d+)"', page)
    assert [int(number) for number, _, _ in rows] == list(range(1, 66))
    assert all(f'id="v-{code}"' in page for _, _, code in rows)
    assert 'data-filters="bang-dia-ban"' in page


def test_pages_say_to_an_officer_of_a_commune_what_is_so_for_that_person(world, sign_in):
    world.bring_online()
    commune = sign_in("xanhatrang")
    assert "Thứ Tư, 25/11/2026 · Phường Nha Trang" in text_of(commune.get("/"))
    assert "Không có sự cố nào" in text_of(commune.get("/su-co"))
    assert "Không có cụm loa nào như vậy" in text_of(commune.get("/su-co?ai=toi"))
    assert "Xem quy định của một địa bàn" in text_of(commune.get("/quy-dinh"))
    assert "Chọn một địa bàn" not in text_of(commune.get("/ban-do"))
    assert "cán bộ soạn tin · Tỉnh Khánh Hòa" in text_of(sign_in("canbo").get("/"))
