"""At the pole: a test is heard, and what there was to do there is done; the day's work as one list."""

from datetime import timedelta

import pytest

from controller.features.bulletins.queries import waiting_renderings
from controller.features.fleet.fault_assignments import take_care
from controller.features.listeners.service import report_trouble
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.speaker_tests.results import recent_test
from controller.features.speaker_tests.service import prepare_test, try_node
from controller.model.fleet import PositionSource
from tests.integration.web.access_forms import PHOTO
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, Made
from tests.integration.web.test_pages import text_of
from tests.support.stored_rows import note_vitals
from tests.support.swelling_tone import mp3

NODE, OTHER = f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"
WORK = "/su-co/viec"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


@pytest.fixture
def made(world):
    """An approved test, and all loudspeakers there."""
    made = Made(mp3(), 8_000)
    bulletin = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, made)
    world.approve(bulletin.id, made)
    world.bring_online()
    return made


def sound(world, made, node=NODE, *, upto="finished"):
    """Have a test go as far; return its airing."""
    airing = world.do(try_node, node, by=world.people["kythuat"]).id
    world.advance()
    for kind in ("fetched", "started", "finished"):
        world.later(seconds=4)
        world.tell(airing, made, kind, [node], heard_ms=8_000 if kind == "finished" else 0)
        if kind == upto:
            break
    return airing


def work(client):
    return text_of(client.get(WORK))


def test_a_technician_hears_the_test_on_the_same_page_and_says_so(world, technician, made):
    page = f"/cum-loa/{NODE}"
    assert technician.post(f"{page}/thu").headers["location"] == f"{page}#thu-loa"
    shown = text_of(technician.get(page))
    assert "Đang gửi bản thử" in shown
    assert "Nghe rõ" not in shown
    airing = world.ask(recent_test, NODE, world.now()).airing
    early = technician.post(f"{page}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert early.status_code == 409
    assert "chưa báo là đã phát" in early.text
    world.advance()
    world.tell(airing, made, "started", [NODE])
    assert "Đang phát thử" in text_of(technician.get(page))
    world.tell(airing, made, "finished", [NODE], heard_ms=8_000)
    assert "Cụm loa báo đã phát xong" in text_of(technician.get(page))
    said = technician.post(f"{page}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert said.headers["location"] == f"{page}?xong=nghe-ro"
    assert "Nghe rõ bản thử" in text_of(technician.get(page))
    assert "ghi đã nghe rõ bản thử" in text_of(technician.get(page))
    world.later(hours=1)
    assert world.ask(recent_test, NODE, world.now()) is None


def test_a_test_of_another_loudspeaker_closes_nothing(world, technician, made):
    airing = sound(world, made)
    foreign = technician.post(f"/cum-loa/{OTHER}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert foreign.status_code == 404
    real, _ = world.approved_airing(areas=[NHA_TRANG])
    assert technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": real, "nghe": "ro"}).status_code == 404


def test_a_report_is_work_until_a_test_was_heard_and_its_sender_is_told(world, technician, client, made):
    _, code = world.do(report_trouble, NODE, trouble="broken", words="Loa rè.")
    world.do(report_trouble, NODE, trouble="broken", words="")
    world.do(report_trouble, OTHER, trouble="too-early", words="")  # for the officers
    assert "1 nơi cần tới" in work(technician)
    assert "2 người dân báo loa hỏng." in work(technician)
    world.later(seconds=20)
    airing = sound(world, made)
    technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": airing, "nghe": "khong"})
    assert "không nghe được" in work(technician)
    world.later(seconds=20)
    airing = sound(world, made)
    assert (
        technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": airing, "nghe": "ro"}).status_code == 303
    )
    assert "Không có việc nào" in work(technician)
    assert "đã thử loa này, nghe rõ" in text_of(client.get(f"/cong-khai/tra-loi?ma={code}"))
    world.later(seconds=20)
    world.do(report_trouble, NODE, trouble="not-understood", words="")
    assert "1 người dân báo nghe không rõ." in work(technician)


def test_who_took_a_loudspeaker_on_is_done_when_its_test_was_heard(world, technician, made):
    world.lose([NODE])
    world.do(take_care, NODE, by=world.people["kythuat"], assignee="kythuat", note="Gọi điện lực.")
    assert "Ghi chú: Gọi điện lực." in work(technician)
    world.bring_online()
    assert "Hết trục trặc, chờ thử loa nghe rõ." in work(technician)
    airing = sound(world, made)
    technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert "Không có việc nào" in work(technician)


def test_a_test_from_before_the_report_does_not_answer_it(world, technician, made):
    airing = sound(world, made)
    world.later(seconds=20)
    world.do(report_trouble, NODE, trouble="broken", words="Loa rè.")
    world.later(seconds=20)
    heard = technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert heard.status_code == 303
    assert "1 người dân báo loa hỏng." in work(technician)


def test_who_took_on_a_fault_that_is_still_there_keeps_it_when_a_test_is_heard(world, technician, made):
    world.do(note_vitals, [world.vitals(NODE, 5, mains=False)])
    world.do(take_care, NODE, by=world.people["kythuat"], assignee="kythuat")
    before = work(technician)
    airing = sound(world, made)
    technician.post(f"/cum-loa/{NODE}/nghe-thu", data={"luot": airing, "nghe": "ro"})
    assert work(technician) == before
    assert "Chưa ai lo" not in before


def test_a_fault_that_somebody_took_on_is_told_among_more_than_a_list_holds(world, technician):
    world.bring_online()
    world.do(note_vitals, [world.vitals(node, 5, amplifier_ok=False) for node in world.nodes])
    last = max(world.nodes, key=lambda node: node.split("-")[1:])
    world.do(take_care, last, by=world.people["kythuat"], assignee="kythuat")
    words = work(technician)
    assert "41 nơi cần tới" in words
    assert "Hết trục trặc" not in words


def test_a_commune_that_is_out_is_one_order_with_what_listeners_said_there(world, technician):
    world.bring_online()
    world.do(report_trouble, NODE, trouble="broken", words="")
    world.do(take_care, OTHER, by=world.people["kythuat"], assignee="kythuat")
    world.lose([NODE, OTHER, f"loa-{BAC_NHA_TRANG}-1"])
    orders = technician.get("/api/v1/work-orders").json()
    out = [one for one in orders if one["is_outage"]]
    assert [one["area"] for one in out] == sorted(one["area"] for one in out)
    (nha_trang,) = [one for one in orders if one["area"] == NHA_TRANG]
    assert sorted(nha_trang["nodes"]) == [NODE, OTHER]
    assert nha_trang["reasons"][0] == "Mất kết nối cùng lúc 2 cụm loa."
    assert nha_trang["reasons"][1].endswith("1 người dân báo loa hỏng.")
    assert len(nha_trang["reasons"]) == 2  # nothing there is said to be mended


def test_the_route_begins_where_the_technician_stands(world, technician):
    world.bring_online()
    far, near = f"loa-{BAC_NHA_TRANG}-1", NODE
    placed = [Placed(far, 12.35, 109.19), Placed(near, 12.24, 109.19)]
    world.do(place_nodes, placed, source=PositionSource.FILE, by=world.people["kythuat"])
    for node in (far, near):
        world.do(report_trouble, node, trouble="broken", words="")
    first = [
        one["nodes"][0] for one in technician.get("/api/v1/work-orders?latitude=12.2&longitude=109.19").json()
    ]
    assert first == [near, far]
    page = technician.get(f"{WORK}?tu=12.4 109.19")
    assert page.text.index(far) < page.text.index(near)
    assert "km từ chỗ bạn" in text_of(page)


def test_work_is_only_the_own_communes(world, sign_in):
    world.bring_online()
    world.do(report_trouble, NODE, trouble="broken", words="")
    world.do(report_trouble, f"loa-{BAC_NHA_TRANG}-1", trouble="broken", words="")
    assert "1 nơi cần tới" in work(sign_in("xanhatrang"))
    assert "2 nơi cần tới" in work(sign_in("kythuat"))


def test_the_code_on_a_pole_lets_a_listener_hear_again_read_and_report(world, client):
    world.aired()
    world.later(minutes=10)
    page = client.get(f"/cong-khai/bao/{NODE}")
    assert "Vừa phát ở đây" in text_of(page)
    assert "/cong-khai/tep/" in page.text
    assert "Đọc toàn văn" in text_of(page)
    assert "Loa bị làm sao?" in text_of(page)
    world.later(days=31)
    assert "Vừa phát ở đây" not in text_of(client.get(f"/cong-khai/bao/{NODE}"))


def test_a_program_writes_down_what_was_heard(world, technician, made):
    airing = sound(world, made)
    call = f"/api/v1/nodes/{NODE}/test-result"
    said = technician.post(call, json={"airing": airing, "heard": False, "note": "  rè   tiếng "})
    assert (said.json()["heard"], said.json()["note"]) == (False, "rè tiếng")
    assert technician.post(call, json={"airing": airing, "heard": True}).json()["heard"] is True
    assert world.ask(recent_test, NODE, world.now() + timedelta(minutes=1)).heard is True


def test_communes_are_chosen_on_a_drawing_that_comes_with_names(sign_in):
    drawn = sign_in("canbo").get("/ban-do/chon").text
    assert drawn.count('class="cell pick"') == 65
    assert drawn.count('class="cell-name"') == 64
    assert "data-map-choice" in sign_in("canbo").get("/tao-ban-tin").text
    assert "data-map-choice" in sign_in("quantri").get("/nhom-xa").text


def test_a_pole_is_photographed_and_the_newest_picture_is_seen_by_who_sees_the_loudspeaker(
    technician, sign_in
):
    place, (name, picture) = f"/cum-loa/{NODE}/anh", PHOTO["file"]
    assert technician.get(place).status_code == 404
    assert technician.post(place, files={"file": (name, b"GIF89a")}).status_code == 422
    assert technician.post(place, files={"file": (name, picture)}).status_code == 303
    assert f'src="{place}?luc=' in technician.get(f"/cum-loa/{NODE}").text
    seen = sign_in("xanhatrang").get(place)
    assert (seen.headers["content-type"], seen.content) == ("image/jpeg", picture)
    large = (
        picture[:2] + b"\xff\xdb\xff\xf0" + b"0" * 65_518 + b"\xff\xdb\xff\xf0" + b"0" * 65_518 + picture[2:]
    )
    assert "lớn quá 100 kB" in technician.post(place, files={"file": (name, large)}).text
