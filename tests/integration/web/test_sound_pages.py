"""Bulletins as brought sound: looked at when they come, listened to, and in other languages."""

import re

import numpy as np
import pytest

from controller.features.area_changes.service import set_languages
from controller.features.areas.queries import area_languages
from controller.features.bulletins.queries import get_bulletin, get_revision, reference_given, variants_of
from controller.features.bulletins.topics import topics
from controller.model.bulletin_states import BulletinState, RevisionKind
from tests.integration.web.site_world import NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import text_of
from tests.support.brought_sounds import RATE, packed, speech_like
from tests.support.stored_rows import bulletins

WORDS = {"tieu_de": "Lời chủ tịch", "noi_dung": "Lời kêu gọi phòng, chống bão."}
PLACE = "/tao-ban-tin/ghi-am"
VOICE = packed(speech_like(3), "mp3")


def sent(client, content, place=PLACE, **changes):
    return client.post(place, files={"file": ("tin", content)}, data=WORDS | changes)


def brought(officer, world):
    reply = sent(officer, VOICE)
    assert reply.status_code == 303, reply.text
    return world.ask(bulletins)[0].id


def test_a_sound_is_looked_at_played_as_it_came_and_submitted(world, officer):
    bulletin = brought(officer, world)
    page = officer.get(f"/ban-tin/{bulletin}?xong=ghi-am")
    words = text_of(page)
    assert "Hãy nghe lại, rồi gửi duyệt." in words
    assert "Độ dài 3 giây" in words
    assert "Vỡ tiếng Không." in words
    source = re.search(r'src="(/ban-tin/[^"]+/tep-goc[^"]*)"', page.text).group(1)
    played = officer.get(source)
    assert (played.content, played.headers["content-type"]) == (VOICE, "audio/mpeg")
    assert officer.get(source, headers={"range": "bytes=0-9"}).status_code == 206
    assert officer.post(f"/ban-tin/{bulletin}/gui").status_code == 303
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED
    assert world.ask(get_revision, bulletin, 1).kind is RevisionKind.AUDIO


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(speech_like(1)), "ngắn hơn 2 giây"),
        (packed(np.zeros(4 * RATE, np.float32)), "không có tiếng"),
        (
            packed(np.concatenate([speech_like(2), np.zeros(12 * RATE, np.float32), speech_like(2)])),
            "im lặng dài",
        ),
        (packed(np.sign(speech_like(3)).astype(np.float32)), "vỡ tiếng"),
        (b"<html>tin</html>", "không phải tệp âm thanh"),
    ],
    ids=["short", "silent", "rest", "clipped", "html"],
)
def test_what_nobody_should_hear_is_refused_at_once_with_what_was_typed(world, officer, content, words):
    reply = sent(officer, content)
    assert reply.status_code == 422
    assert words in reply.text
    assert 'value="Lời chủ tịch"' in reply.text
    assert world.ask(bulletins) == []
    assert list(world.uploads.path("0" * 64).parent.glob("*")) == []


def test_a_file_that_came_need_not_be_chosen_again_when_words_were_wrong(world, officer):
    reply = sent(officer, VOICE, noi_dung=" ")
    assert reply.status_code == 422
    assert "Đã nhận và kiểm tra tệp ghi âm (3 giây)" in reply.text
    kept = re.search(r'name="tep" value="([0-9a-f]{64})"', reply.text).group(1)
    again = officer.post(PLACE, files={"file": ("", b"")}, data=WORDS | {"tep": kept})
    assert again.status_code == 303
    assert world.ask(get_revision, world.ask(bulletins)[0].id, 1).upload == kept
    assert "Hãy chọn tệp ghi âm" in officer.post(PLACE, data=WORDS | {"tep": "khong-co"}).text


def test_a_sound_has_its_topic_and_its_legal_act_as_a_text_has(world, officer):
    topic = world.ask(topics)[0].code
    reply = sent(officer, VOICE, chu_de=topic, so_hieu="5/KH-UBND")
    bulletin = world.ask(bulletins)[0]
    assert reply.headers["location"] == f"/ban-tin/{bulletin.id}?xong=ghi-am"
    assert bulletin.topic == topic
    assert world.ask(reference_given, bulletin.id).number == "5/KH-UBND"
    assert sent(officer, VOICE, chu_de="khong-co").status_code in {404, 422}


def test_a_draft_gets_another_sound_and_a_text_none(world, officer):
    bulletin = brought(officer, world)
    place = f"/ban-tin/{bulletin}/ghi-am"
    assert 'value="Lời chủ tịch"' in officer.get(place).text
    assert sent(officer, packed(speech_like(4), "ogg"), place).status_code == 303
    assert world.ask(get_bulletin, bulletin).revision == 2
    assert officer.get(f"/ban-tin/{bulletin}/tep-goc").headers["content-type"] == "audio/ogg"
    assert officer.get(f"/ban-tin/{bulletin}/tep-goc?phien_ban=1").content == VOICE
    text = world.draft()
    assert sent(officer, VOICE, f"/ban-tin/{text}/ghi-am").status_code == 409
    assert officer.get(f"/ban-tin/{text}/ghi-am").status_code == 303
    assert officer.get(f"/ban-tin/{text}/tep-goc").status_code == 404


def test_who_hears_which_language_is_said_before_and_after_one_is_brought(world, officer, approver):
    bulletin, _ = world.submitted()
    with world.store.write() as session:
        get_bulletin(session, bulletin).area = PROVINCE
    administrator = world.people["quantri"]
    world.do(set_languages, NHA_TRANG, ["rog", "vie"], by=administrator)
    place = f"/ban-tin/{bulletin}/tieng-khac"
    before = text_of(officer.get(place))
    assert "Tiếng Raglai (Bắc) Phường Nha Trang Chưa có bản tiếng này" in before
    assert sent(officer, VOICE, place).status_code == 422
    reply = sent(officer, VOICE, place, tieng="rog")
    (variant,) = world.ask(variants_of, bulletin)
    assert reply.headers["location"] == f"/ban-tin/{variant.id}?xong=ghi-am"
    for page in (officer.get(f"/ban-tin/{bulletin}"), approver.get(f"/duyet/{bulletin}"), officer.get(place)):
        assert "Tiếng Raglai (Bắc) Phường Nha Trang Bản nháp" in text_of(page)
    own = text_of(officer.get(f"/ban-tin/{variant.id}"))
    assert "bản bằng tiếng khác của bản tin Phòng, chống bão số 13" in own
    assert officer.get(f"/ban-tin/{variant.id}/tieng-khac").headers["location"] == place
    assert "Đã có bản" in sent(officer, VOICE, place, tieng="rog").text


def test_an_administrator_says_which_languages_an_area_hears(world, officer, sign_in):
    administrator = sign_in("quantri")
    assert "Mọi nơi nghe tiếng Việt" in text_of(officer.get("/tieng"))
    assert officer.post("/tieng", data={"dia_ban": NHA_TRANG, "tieng": "rog"}).status_code == 403
    chosen = {"dia_ban": NHA_TRANG, "tieng": ["rog", "cjm", ""]}
    assert administrator.post("/tieng", data=chosen).status_code == 303
    assert "Phường Nha Trang Tiếng Raglai (Bắc), tiếng Chăm" in text_of(officer.get("/tieng"))
    twice = administrator.post("/tieng", data={"dia_ban": NHA_TRANG, "tieng": ["rog", "rog"]})
    assert (twice.status_code, "có mã ghi hai lần" in twice.text) == (422, True)
    assert administrator.post("/tieng", data={"dia_ban": "", "tieng": "rog"}).status_code == 422
    assert administrator.post("/tieng", data={"dia_ban": NHA_TRANG}).status_code == 303
    assert world.ask(area_languages) == {}


def test_nobody_else_hears_a_sound_of_another_commune(world, officer, sign_in):
    bulletin = brought(officer, world)
    with world.store.write() as session:
        get_bulletin(session, bulletin).area = "22333"
    assert sign_in("xanhatrang").get(f"/ban-tin/{bulletin}/tep-goc").status_code == 404
