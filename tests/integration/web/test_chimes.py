"""Chimes of an area's own: who chooses them, what is no chime, and which recordings have them."""

import re
from io import BytesIO

import numpy as np
import pytest

from controller.errors import Conflict, NotAllowed, NotFound
from controller.features.bulletins.queries import get_rendering
from controller.features.bulletins.sound_uploads import keep_upload, uploads_needed
from controller.features.chimes.queries import chimes_for
from controller.features.chimes.service import choose_chime, remove_chime
from controller.features.journal.queries import entries_of
from controller.model.chimes import Chime, ChimePlace
from controller.runtime.speech_orders import order_of
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import text_of
from tests.support.brought_sounds import packed, speech_like
from tests.support.swelling_tone import mp3

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
PLACE = "/thu-vien/nhac-hieu"
CALL = "/api/v1/chimes"


def choose(world, upload=A, place=ChimePlace.OPENING, area=PROVINCE, by=None):
    more = {"upload": upload, "seconds": 3.0, "area": area}
    return world.do(choose_chime, place, **more, by=by or world.approver)


def heard(world, area):
    return {place.value: chime.upload for place, chime in world.ask(chimes_for, area).items()}


def bring(client, content, place="opening", area=PROVINCE):
    return client.post(PLACE, files={"file": ("nhac.mp3", content)}, data={"cho": place, "dia_ban": area})


@pytest.mark.parametrize("name", ["duyet", "quantri"])
def test_a_chime_is_chosen_by_name_replaced_and_taken_back(world, name):
    person = world.people[name]
    first = choose(world, A, by=person)
    assert (first.added_by, first.added_at) == (person.id, world.now())
    second = choose(world, B, by=person)
    assert heard(world, NHA_TRANG) == {"opening": B}
    world.do(remove_chime, second.id, by=person)
    assert heard(world, NHA_TRANG) == {}
    with pytest.raises(NotFound, match="thôi dùng"):
        world.do(remove_chime, first.id, by=person)
    assert [entry.act for entry in world.ask(entries_of, second.id)] == ["chime.removed", "chime.chosen"]


def test_the_journal_of_an_area_has_its_chimes(world, sign_in):
    choose(world, A, area=NHA_TRANG)
    administrator = sign_in("quantri")
    assert "đặt nhạc hiệu" in text_of(administrator.get(f"/nhat-ky?viec=tu-dien&dia_ban={NHA_TRANG}"))
    elsewhere = administrator.get(f"/nhat-ky?viec=tu-dien&dia_ban={BAC_NHA_TRANG}")
    assert "Không có mục nào" in text_of(elsewhere)


@pytest.mark.parametrize("name", ["canbo", "kythuat"])
def test_nobody_else_chooses_chimes(world, name):
    chime = choose(world)
    with pytest.raises(NotAllowed):
        choose(world, B, by=world.people[name])
    with pytest.raises(NotAllowed):
        world.do(remove_chime, chime.id, by=world.people[name])
    assert heard(world, PROVINCE) == {"opening": A}


def test_the_nearest_chime_is_heard_each_place_by_itself(world):
    choose(world, A)
    choose(world, B, ChimePlace.CLOSING)
    choose(world, C, ChimePlace.CLOSING, NHA_TRANG)
    assert heard(world, NHA_TRANG) == {"opening": A, "closing": C}
    assert heard(world, BAC_NHA_TRANG) == {"opening": A, "closing": B}


def test_the_database_itself_keeps_a_second_live_chime_out(world):
    one = choose(world)
    twin = {"area": one.area, "place": one.place, "upload": B, "seconds": 3.0, "added_by": one.added_by}
    with pytest.raises(Conflict), world.store.write() as session:
        session.add(Chime(id="twin", added_at=world.now(), **twin))


def test_a_chimes_file_is_kept_while_it_is_heard(world):
    chime = choose(world)
    assert A in world.ask(uploads_needed)
    world.do(remove_chime, chime.id, by=world.approver)
    assert A not in world.ask(uploads_needed)


def test_what_is_recorded_from_now_on_has_it_and_a_lost_file_silences_nothing(world, approver):
    _, rendering = world.submitted("Họp", rendered=False)

    def ordered():
        with world.store.read() as session:
            row = get_rendering(session, rendering)
            return order_of(session, row, world.settings, world.recordings, world.uploads)

    assert (ordered().opening, ordered().closing) == (None, None)
    assert bring(approver, mp3(3)).status_code == 303
    assert ordered().opening.read_bytes() == mp3(3)
    assert ordered().closing is None
    ordered().opening.unlink()
    assert ordered().opening is None


def test_a_chime_is_brought_listened_to_and_taken_back_on_the_page(world, approver, officer):
    assert "Mở đầu có sẵn của đài Kết thúc có sẵn của đài" in text_of(officer.get("/thu-vien"))
    assert "Đặt nhạc hiệu riêng" not in officer.get("/thu-vien").text
    assert bring(approver, mp3(3), "closing").headers["location"] == "/thu-vien?xong=nhac#nhac-hieu"
    page = officer.get("/thu-vien")
    assert "Kết thúc nhạc hiệu riêng của Tỉnh Khánh Hòa" in text_of(page)
    (address,) = re.findall(rf'src="({PLACE}/[^"]+/nghe)"', page.text)
    sound = officer.get(address)
    assert (sound.headers["content-type"], sound.content) == ("audio/mpeg", mp3(3))
    (back,) = re.findall(rf'action="({PLACE}/[^"]+/bo)"', approver.get("/thu-vien").text)
    assert approver.post(back).status_code == 303
    assert heard(world, PROVINCE) == {}
    assert officer.get(address).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(speech_like(0.6)), "ngắn hơn 1 giây"),
        (packed(speech_like(16)), "dài hơn 15 giây"),
        (packed(np.zeros(3 * 24_000, np.float32)), "không có tiếng"),
        (b"%PDF-1.7 khong phai", "không phải tệp âm thanh"),
    ],
)
def test_what_is_no_chime_is_refused_with_what_is_wrong(world, approver, content, said):
    reply = bring(approver, content)
    assert reply.status_code == 422
    assert said in reply.text
    assert heard(world, PROVINCE) == {}


def test_a_chime_of_a_second_is_one_and_no_bulletin(approver, officer):
    short = packed(speech_like(1.4))
    assert bring(approver, short).status_code == 303
    reply = officer.post("/tao-ban-tin/ghi-am", files={"file": ("a.wav", short)}, data={"tieu_de": "Tin"})
    assert reply.status_code == 422
    assert "ngắn hơn 2 giây" in reply.text


def test_the_sound_of_a_bulletin_is_not_lost_by_being_refused_as_a_chime(world, approver):
    upload = keep_upload(world.uploads, BytesIO(mp3(20)))
    world.uploads.path(upload).with_suffix(
        ".json"
    ).unlink()  # as of files that came before anything was noted of them
    assert bring(approver, mp3(20)).status_code == 422
    assert world.uploads.path(upload).read_bytes() == mp3(20)


@pytest.mark.parametrize(
    ("file", "place", "area", "said"),
    [
        (mp3(3), "giua", PROVINCE, "mở đầu hay kết thúc"),
        (mp3(3), "opening", "99999", "Không có địa bàn này"),
        (b"", "opening", PROVINCE, "chọn tệp nhạc hiệu"),
    ],
)
def test_a_form_that_lacks_something_is_shown_again(approver, file, place, area, said):
    reply = bring(approver, file, place, area)
    assert reply.status_code == 422
    assert said in reply.text


def test_more_bytes_than_a_chime_has_are_not_taken(approver):
    assert bring(approver, b"ID3" + bytes(12_300_000)).status_code == 413


def send(client, content=None, **fields):
    return client.post(CALL, files={"file": ("nhac.mp3", content or mp3(3))}, data=fields)


def test_a_program_brings_a_chime_and_takes_it_back(world, approver, officer):
    made = send(approver, place="closing")
    assert made.status_code == 201, made.text
    (shown,) = officer.get(CALL).json()
    assert shown == made.json()
    assert heard(world, PROVINCE) == {"closing": shown["sha256"]}
    assert (shown["area"], shown["place"], shown["added_by"]) == (PROVINCE, "closing", "duyet")
    assert shown["seconds"] == pytest.approx(3, abs=0.1)
    sound = officer.get(f"{CALL}/{shown['id']}/sound")
    assert (sound.headers["content-type"], sound.content) == ("audio/mpeg", mp3(3))
    assert officer.delete(f"{CALL}/{shown['id']}").status_code == 403
    assert approver.delete(f"{CALL}/{shown['id']}").json() == shown
    assert officer.get(CALL).json() == []
    assert officer.get(f"{CALL}/{shown['id']}/sound").status_code == 404


@pytest.mark.parametrize(
    ("content", "fields", "refused"),
    [
        (None, {}, (422, "chime.no-place")),
        (None, {"place": "giua"}, (422, "chime.no-place")),
        (None, {"place": "opening", "area": "99999"}, (404, "area.unknown")),
        (b"%PDF-1.7", {"place": "opening"}, (422, "sound.format")),
    ],
)
def test_a_program_is_told_what_is_no_chime(world, approver, content, fields, refused):
    reply = send(approver, content, **fields)
    assert (reply.status_code, reply.json()["code"]) == refused
    assert heard(world, PROVINCE) == {}


def test_more_bytes_than_a_chime_has_are_not_taken_from_a_program(approver):
    assert send(approver, b"ID3" + bytes(12_300_000), place="opening").status_code == 413
