"""A draft is heard, as it will be spoken, before it is handed in."""

import re

import pytest

from controller.features.bulletins.service import draft_bulletin
from controller.features.reading.previews import LONGEST_SAMPLE, sentences
from controller.model.speech import Speech
from controller.model.wording import Manner, ReadingPace
from tests.integration.web.site_world import NHA_TRANG
from tests.support.swelling_tone import mp3

TEXT = "Ngày 30/11/2026 tiêm phòng tại trạm y tế.\nUBND xã mời bà con đến đúng giờ. Xin cảm ơn."


def test_a_draft_shows_how_it_is_spoken_and_every_piece_can_be_heard(world, officer):
    bulletin = world.draft("Tiêm phòng", TEXT)
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert "Nghe thử trước khi gửi" in page
    assert "Âm thanh sẽ được dựng" not in page
    assert "ngày ba mươi tháng mười một năm hai nghìn không trăm hai mươi sáu" in page.lower()
    places = re.findall(r'data-try href="([^"]+)"', page)
    sounds = [officer.get(place.replace("&amp;", "&")) for place in places]
    assert [(one.status_code, one.content) for one in sounds] == [(200, mp3(2))] * len(places)
    said = " ".join(text for text, _ in world.samples).lower()
    assert said.startswith("tiêm phòng")
    assert "ủy ban nhân dân xã mời bà con" in said
    assert officer.get(f"/ban-tin/{bulletin}/doc-thu.mp3?cau=99").status_code == 404


def test_a_draft_is_heard_as_its_recording_will_be(world, officer):
    manner = Manner(pace=ReadingPace.SLOW, register="literal", engine="loa", voice="jm_kumo")
    made = world.do(draft_bulletin, title="Tiêm phòng", text=TEXT, by=world.officer, manner=manner)
    assert officer.get(f"/ban-tin/{made.id}/doc-thu.mp3").status_code == 200
    assert world.speeches == [Speech(voice="jm_kumo", rate=0.85, register="literal")]


def test_what_has_its_recording_is_heard_as_that_and_nothing_else(world, officer):
    bulletin, _ = world.submitted()
    assert "Nghe thử trước khi gửi" not in officer.get(f"/ban-tin/{bulletin}").text
    assert officer.get(f"/ban-tin/{bulletin}/doc-thu.mp3").status_code == 404


def test_trying_out_is_bounded_for_each_person(world, officer, sign_in):
    bulletin = world.draft("Tiêm phòng", TEXT)
    replies = [officer.get(f"/ban-tin/{bulletin}/doc-thu.mp3").status_code for _ in range(14)]
    assert replies == [200] * 12 + [429] * 2
    assert sign_in("duyet").get(f"/ban-tin/{bulletin}/doc-thu.mp3").status_code == 200
    assert {area for _, area in world.samples} == {world.officer.area}
    assert world.officer.area != NHA_TRANG


@pytest.mark.parametrize("text", ["chữ " * 2_000, "chữ, " * 900, "x" * 1_000, ". . .", ""])
def test_no_piece_is_longer_than_a_sample_and_none_is_empty(text):
    found = sentences("tiêu đề", text)
    assert all(0 < len(piece) <= LONGEST_SAMPLE for piece in found)
    assert " ".join(found).count("chữ") == text.count("chữ")


def test_short_sentences_are_spoken_together_in_their_order():
    assert sentences("một.", "hai. ba.\nbốn") == ["một. hai. ba. bốn"]
