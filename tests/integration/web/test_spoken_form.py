"""While a bulletin is typed: what the loudspeaker will say, heard by sentences, one spot read otherwise."""

import re
import time
from urllib.parse import urlencode

import pytest

from controller.features.editorial import spoken_form
from controller.features.lexicon.service import add_entry
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

TEXT = "TDP số 5 họp lúc 19h30. Gọi 115 khi cần.\nCông tác tuyên truỳên."
FORM = {"tieu_de": "Họp TDP", "noi_dung": TEXT, "so_lan": "2"}
LONG = "Mời bà con TDP số 5 họp lúc 19h30 ngày 26/11/2026 tại nhà văn hóa, gọi 0258.3822115 khi cần. " * 21


def preview(person, **changes):
    reply = person.post("/soan/loi-nghe", data=FORM | changes)
    assert reply.status_code == 200
    return reply


def lines(reply):
    """Each sentence as it is said."""
    return re.findall(r'data-say="([^"]+)"', reply.text)


def chips(reply):
    found = re.findall(
        r'data-spot data-start="(\d+)" data-end="(\d+)".*?class="ear-said">([^<]*)<', reply.text
    )
    return [(int(start), int(end), said) for start, end, said in found]


def test_what_is_typed_is_shown_in_sentences_as_it_will_be_said(world, officer):
    reply = preview(officer)
    said = ["Họp tổ dân phố", "tổ dân phố số năm họp lúc mười chín giờ ba mươi phút."]
    assert lines(reply) == [*said, "Gọi một một năm khi cần.", "Công tác tuyên truyền."]
    assert [said for _, _, said in chips(reply)][1:4] == ["tổ dân phố", "năm", "mười chín giờ ba mươi phút"]
    assert "đọc 2 lần · 4 câu · 6 chỗ đọc khác chữ viết" in text_of(reply)
    assert "1 chỗ nên nghe lại" in text_of(reply)
    assert "truyền , viết là truỳên máy đã sửa chữ" in text_of(reply)
    assert world.ahead[world.officer.id] == lines(reply)
    assert reply.headers["cache-control"] == "no-store"


def test_the_length_is_that_of_the_whole_recording_as_often_as_it_is_read(officer):
    shown = [re.search(r'class="num">(\d+):(\d+)<', preview(officer, so_lan=times).text) for times in "13"]
    once, three = (60 * int(one[1]) + int(one[2]) for one in shown)
    assert 2 * once < three < 3 * once


def test_a_slow_reading_is_longer(officer):
    shown = [
        re.search(r'class="num">(\d+):(\d+)<', preview(officer, toc_do=pace).text)
        for pace in ("slow", "fast")
    ]
    slow, fast = (60 * int(one[1]) + int(one[2]) for one in shown)
    assert slow > fast


def test_own_readings_and_those_of_the_lexicon_are_marked_as_such(world, officer):
    world.do(add_entry, written="TDP", spoken="tổ dân phố ta", by=world.approver)
    page = text_of(preview(officer, doc_rieng="115 = một một lăm\nnửa dòng"))
    assert "tổ dân phố ta , viết là TDP từ điển" in page
    assert "một một lăm , viết là 115 riêng bản tin này" in page


def test_a_spot_offers_two_to_four_readings_and_takes_a_typed_one(officer):
    start, end, _ = chips(preview(officer))[1]
    asked = {"o": "noi_dung", "tu": start, "den": end}
    reply = officer.post(f"/soan/cach-doc?{urlencode(asked)}", data=FORM)
    offered = re.findall(r'data-use="([^"]+)"', reply.text)
    assert offered[0] == "tổ dân phố"
    assert 2 <= len(set(offered)) == len(offered) <= 4
    used = officer.post("/soan/cach-doc/dung", data={"chu": "TDP", "doc_la": " tổ  dân phố mình "})
    assert 'data-written="TDP" data-spoken="tổ dân phố mình"' in used.text
    refused = officer.post("/soan/cach-doc/dung", data={"chu": "TDP", "doc_la": "street"})
    assert refused.status_code == 422
    assert "«street», không phải một tiếng trong tiếng Việt" in refused.text


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"tu": 0, "den": len(TEXT), "chu": "họp lúc"}, 200, "<strong>họp lúc</strong> đọc là"),
        ({"tu": 0, "den": 20, "chu": "khi cần"}, 422, "Chữ này không có trong câu"),
        ({"tu": 900, "den": 950}, 422, "Chữ này không có trong câu"),
        ({"o": "luc", "tu": 0, "den": 3}, 422, "Không rõ sửa ở ô nào"),
    ],
)
def test_any_word_of_a_sentence_is_asked_for_and_what_is_not_there_is_said(officer, asked, status, told):
    reply = officer.post(f"/soan/cach-doc?{urlencode(asked)}", data=FORM)
    assert reply.status_code == status
    assert told in reply.text


def test_an_own_reading_can_be_taken_back(officer):
    own = FORM | {"doc_rieng": "115 = một một lăm"}
    start = TEXT.index("115")
    reply = officer.post(f"/soan/cach-doc?tu={start}&den={start + 3}", data=own)
    assert re.findall(r'data-use="([^"]+)"', reply.text)[0] == "một một lăm"
    assert "Bỏ cách đọc riêng" in reply.text
    assert (
        "Bỏ cách đọc riêng" not in officer.post(f"/soan/cach-doc?tu={start}&den={start + 3}", data=FORM).text
    )


def test_a_phrase_is_heard_without_a_trace_in_addresses(world, officer):
    sentence = lines(preview(officer))[1]
    reply = officer.post("/soan/doan.mp3", data={"cau": sentence, "doan": "0"})
    assert (reply.status_code, reply.content) == (200, mp3(2))
    assert reply.headers["cache-control"] == "no-store"
    assert world.phrases == [(sentence, 0, world.officer.id)]
    assert officer.post("/soan/doan.mp3", data={"cau": "a" * 2001}).status_code == 422


def test_a_person_has_so_many_previews_and_phrases_a_minute(world, site, officer, sign_in):
    tries, person = site.state.tries, world.officer.id
    for _ in range(118):
        tries.previews(person)
    told = [officer.post("/soan/loi-nghe", data={"noi_dung": "Họp."}).status_code for _ in range(4)]
    assert told == [200] * 2 + [429] * 2
    for _ in range(88):
        tries.hears_phrase(person)
    heard = [officer.post("/soan/doan.mp3", data={"cau": "Họp."}).status_code for _ in range(3)]
    assert heard == [200] * 2 + [429]
    assert sign_in("duyet").post("/soan/loi-nghe", data={"noi_dung": "Họp."}).status_code == 200


def test_what_cannot_be_spoken_says_why_and_a_long_text_shows_its_beginning(officer, monkeypatch):
    monkeypatch.setattr(spoken_form, "READ_HERE", 1_000)
    assert "thẻ HTML" in text_of(preview(officer, noi_dung="<b>Họp</b>"))
    page = text_of(preview(officer, noi_dung="Mời bà con đến họp đông đủ. " * 40))
    assert "ở đây chỉ hiện phần đầu" in page


def test_a_bulletin_is_read_with_the_words_of_its_own_area(world, sign_in):
    world.do(add_entry, written="TDP", spoken="tổ dân phố ta", by=world.approver, area=NHA_TRANG)
    assert "tổ dân phố ta" in preview(sign_in("xanhatrang")).text
    assert "tổ dân phố ta" not in preview(sign_in("canbo")).text


def test_the_time_of_a_preview_is_told(officer, capsys):
    text = LONG[:2000]
    preview(officer, noi_dung=text)
    begun = time.process_time()
    for _ in range(5):
        preview(officer, noi_dung=text)
    spent = (time.process_time() - begun) / 5
    with capsys.disabled():
        print(f"\na preview of {len(text)} characters: {1000 * spent:.0f} ms of processor")  # noqa: T201
    assert spent < 1


def test_the_form_is_whole_without_a_script(officer):
    page = officer.get("/tao-ban-tin").text
    assert re.search(r'<section class="ear"[^>]* data-needs-script', page)
    assert 'name="doc_rieng"' in page
    assert "editor.js" in page
    assert "editor.js" not in officer.get("/ban-tin").text


def test_programs_are_told_the_same_by_json(officer):
    asked = {"title": "Họp TDP", "text": TEXT, "own_words": [{"written": "115", "spoken": "một một lăm"}]}
    told = officer.post("/api/v1/readings", json=asked).json()
    assert [one["part"] for one in told["parts"]] == ["title", "text"]
    whole = told["parts"][1]
    assert [one["spoken"] for one in whole["sentences"]] == lines(
        preview(officer, doc_rieng="115 = một một lăm")
    )[1:]
    spots = [spot for one in whole["sentences"] for spot in one["spots"]]
    (own,) = [spot for spot in spots if spot["taught"] == "bulletin"]
    assert whole["written"][own["start"] : own["end"]] == own["form"] == "115"
    choices = officer.post(
        "/api/v1/readings/choices", json=asked | {"start": own["start"], "end": own["end"]}
    )
    assert choices.json()["spoken"][0] == "một một lăm"
