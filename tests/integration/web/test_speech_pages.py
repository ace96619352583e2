"""How a bulletin and an area are spoken: chosen on pages, shown to who approves, told to programs."""

from controller.features.bulletins.queries import get_revision
from controller.features.bulletins.service import clone_bulletin, revise_bulletin, submit_bulletin
from controller.features.speech.queries import area_speeches
from controller.model.speech import Speech
from controller.model.wording import Manner
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.stored_rows import bulletins

CHOSEN = {"giong": "loa:jm_kumo", "loi_doc": "literal"}
NUMBERED = {"tieu_de": "Họp", "noi_dung": "Theo Quyết định số 183/QĐ-TTg của Thủ tướng Chính phủ."}


def test_voice_and_register_are_chosen_shown_and_found_again(world, officer):
    place = officer.post("/tao-ban-tin", data=FORM | CHOSEN | {"viec": "nhap"}).headers["location"]
    found = world.ask(bulletins)[0]
    assert world.ask(get_revision, found.id, 1).manner == Manner(
        register="literal", engine="loa", voice="jm_kumo"
    )
    page = text_of(officer.get(place))
    assert "Lối đọc đọc đủ từng chữ như văn bản" in page
    assert "Giọng đọc Giọng nam" in page
    form = officer.get(f"/ban-tin/{found.id}/sua").text
    assert '<option value="loa:jm_kumo" selected>' in form
    assert '<option value="literal" selected>' in form


def test_a_voice_that_is_not_offered_is_refused_and_nothing_typed_is_lost(world, officer):
    for wrong in ("gtts:vi", "loa:nobody", "\x07", "x" * 200):
        reply = officer.post("/tao-ban-tin", data=FORM | {"giong": wrong})
        assert (reply.status_code, world.ask(bulletins)) == (422, [])
        assert FORM["noi_dung"] in reply.text
    asked = {"title": "Họp", "text": "Mời họp.", "engine": "gtts"}
    assert officer.post("/api/v1/bulletins", json=asked).status_code == 422
    assert officer.post("/soan/doan.mp3", data={"cau": "Mời họp.", "giong": "gtts:vi"}).status_code == 422


def test_what_is_typed_is_shown_heard_and_counted_as_it_will_be_spoken(world, officer):
    radio = text_of(officer.post("/soan/loi-nghe", data=NUMBERED))
    literal = text_of(officer.post("/soan/loi-nghe", data=NUMBERED | CHOSEN))
    assert "quyết định thủ tướng" in literal
    assert "quyết định thủ tướng" not in radio
    assert "đọc chậm hơn" in radio
    assert "đọc đủ từng chữ như văn bản" not in radio  # read once more only for who looks at the choice
    assert world.speeches[-1] == Speech(voice="jm_kumo", register="literal")
    both = text_of(officer.post("/soan/loi-nghe?ca_hai_loi=1", data=NUMBERED))
    assert "đọc đủ từng chữ như văn bản" in both
    heard = {"cau": "Mời họp.", "giong": "loa:jm_kumo", "toc_do": "slow"}
    assert officer.post("/soan/doan.mp3", data=heard).status_code == 200
    assert world.speeches[-1] == Speech(voice="jm_kumo", rate=0.85)
    asked = {"title": "Họp", "text": NUMBERED["noi_dung"]}
    told = [
        officer.post("/api/v1/readings", json=asked | more).json()
        for more in ({}, {"reading_register": "literal"}, {"pace": "slow"})
    ]
    assert told[0]["milliseconds"] < told[1]["milliseconds"] == told[0]["otherwise"]["literal"]
    assert told[2]["milliseconds"] == told[0]["otherwise"]["slow"]


def test_what_several_times_a_day_cost_stands_above_the_button(officer):
    often = FORM | {"luc": "lich", "lap_kieu": "hang-ngay", "lap_gio": ["05:00", "17:00"]}
    said = text_of(officer.post("/tao-ban-tin/tom-tat", data=often | {"lap_den": "31/12/2026"}))
    assert "2 lần là" in said
    assert "phút một ngày" in said


def test_an_area_is_spoken_as_its_people_chose(world, sign_in):
    keeper = sign_in("duyet")
    form = {"dia_ban": NHA_TRANG, "giong": "loa:jm_kumo", "toc_do": "slow", "loi_doc": "literal"}
    assert keeper.post("/giong-doc", data=form).status_code == 303
    assert "giọng nam, đọc chậm hơn, đọc đủ từng chữ" in text_of(keeper.get("/giong-doc"))
    commune = sign_in("xanhatrang")
    shown = commune.get("/tao-ban-tin").text
    assert "Như địa bàn: Giọng nam" in shown
    assert "quyết định thủ tướng" in text_of(commune.post("/soan/loi-nghe", data=NUMBERED))
    assert world.speeches[-1] == Speech(voice="jm_kumo", rate=0.85, register="literal")
    where = {"noi": "chon", "dia_ban": NHA_TRANG}  # the province writes for that commune alone
    keeper.post("/soan/loi-nghe", data=NUMBERED | where)
    assert world.speeches[-1] == Speech(voice="jm_kumo", rate=0.85, register="literal")
    keeper.post(f"/soan/doan.mp3?xa={NHA_TRANG}", data={"cau": "Mời họp."})
    assert (world.speeches[-1].voice, world.speeches[-1].rate) == ("jm_kumo", 0.85)
    assert (
        commune.post("/soan/loi-nghe", data=NUMBERED | {"noi": "chon", "dia_ban": BAC_NHA_TRANG}).status_code
        == 200
    )
    nothing = keeper.post("/giong-doc", data={"dia_ban": NHA_TRANG})
    assert nothing.status_code == 422
    assert keeper.post("/giong-doc/bo", data={"dia_ban": NHA_TRANG}).status_code == 303
    assert world.ask(area_speeches, [NHA_TRANG]) == []


def test_programs_ask_for_voices_and_say_how_an_area_is_spoken(sign_in, officer):
    keeper = sign_in("duyet")
    voices = keeper.get("/api/v1/speech/voices").json()
    assert {"engine": "loa", "voice": "jm_kumo", "title": "Giọng nam"} in voices
    asked = {"area": BAC_NHA_TRANG, "engine": "loa", "voice": "jm_kumo", "reading_register": "radio"}
    told = keeper.post("/api/v1/speech/areas", json=asked).json()
    assert (told["voice"], told["pace"], told["reading_register"]) == ("jm_kumo", None, "radio")
    assert [one["area"] for one in keeper.get("/api/v1/speech/areas").json()] == [BAC_NHA_TRANG]
    assert keeper.delete(f"/api/v1/speech/areas/{BAC_NHA_TRANG}").status_code == 204
    made = officer.post(
        "/api/v1/bulletins", json={"title": "Họp", "text": "Mời họp.", "engine": "loa"}
    ).json()
    place = f"/api/v1/bulletins/{made['id']}"
    revised = {"title": "Họp", "text": "Mời họp ngay.", "voice": "jm_kumo", "reading_register": "literal"}
    officer.post(f"{place}/revise", json=revised)
    officer.post(f"{place}/revise", json={"title": "Họp", "text": "Mời họp nhanh."})
    newest = officer.get(place).json()
    assert (newest["engine"], newest["voice"], newest["reading_register"]) == ("loa", "jm_kumo", "literal")
    compared = officer.get(f"{place}/differences?before=1&after=3").json()
    assert (compared["voice_before"], compared["voice_after"]) == ("", "jm_kumo")


def test_an_approver_compares_a_copy_with_what_it_was_made_from(world, approver):
    bulletin, _ = world.submitted()
    copy = world.do(clone_bulletin, bulletin, by=world.officer).id
    manner = Manner(engine="loa", voice="jm_kumo")
    world.do(revise_bulletin, copy, text="Mời bà con đến trạm y tế.", manner=manner, by=world.officer)
    world.render(world.do(submit_bulletin, copy, by=world.officer, speech=world.speech).id)
    page = text_of(approver.get(f"/duyet/{copy}"))
    assert "Khác với bản gốc" in page
    assert "[bỏ như địa bàn ] [thêm Giọng nam ]" in page
    assert approver.get(f"/api/v1/bulletins/{copy}").json()["cloned_from"] == bulletin
