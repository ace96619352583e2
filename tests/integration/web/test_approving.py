import pytest
from sqlalchemy import select

from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.bulletins.queries import get_bulletin, rendering_of
from controller.features.bulletins.renderings import _recording
from controller.features.bulletins.service import clone_bulletin, revise_bulletin, submit_bulletin
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from controller.model.journal import Entry
from controller.model.wording import Manner
from devices import topics
from tests.integration.web.site_world import PASSWORDS, PROVINCE, Made
from tests.support.phrase_clock import keep_times
from tests.support.swelling_tone import mp3

RECORDING = Made(mp3(), 8_000).recording


def state_of(world, bulletin):
    return world.ask(get_bulletin, bulletin).state


def hear(world, client, bulletin, played="0-8000", seconds=8):
    """Play the recording as the page's own player does; time passes meanwhile."""
    client.get(f"/tep/{RECORDING}.mp3")
    world.later(seconds=seconds)
    return client.post(f"/duyet/{bulletin}/da-nghe", data={"da_phat": played, "tep": RECORDING})


def approve(world, client, bulletin, **changes):
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]} | changes
    hear(world, client, bulletin)
    return client.post(f"/duyet/{bulletin}/duyet", data=form)


def test_the_approver_reads_listens_and_approves_with_the_password(world, approver):
    bulletin, _ = world.submitted()
    assert bulletin in approver.get("/duyet").text
    page = approver.get(f"/duyet/{bulletin}").text
    assert "chằng chống nhà cửa" in page
    assert f"/tep/{RECORDING}.mp3" in page
    reply = approve(world, approver, bulletin)
    assert reply.headers["location"] == "/duyet?xong=duyet"
    assert state_of(world, bulletin) is BulletinState.APPROVED
    assert world.wakes == 1
    queue = approver.get("/duyet?xong=duyet").text
    assert "Đã duyệt bản tin." in queue
    assert "Không còn bản tin nào chờ duyệt" in queue


def test_the_approver_may_hear_the_compressed_coding_too_and_it_proves_nothing(world, approver):
    bulletin, _ = world.submitted()
    assert "bản nén" not in approver.get(f"/duyet/{bulletin}").text
    opus = Made(b"OggS" * 900, 8_000, codec="opus", sample_rate=48_000)
    world.recordings.put(opus.data)
    with world.store.write() as session:
        session.add(_recording(opus, opus.manifest, world.now(), rendition_of=RECORDING))
    page = approver.get(f"/duyet/{bulletin}").text
    assert "Nghe bản nén, cho loa dùng mạng tính tiền" in page
    assert f'src="/tep/{opus.recording}.opus"' in page
    heard = approver.get(f"/tep/{opus.recording}.opus")
    assert (heard.content, heard.headers["content-type"]) == (opus.data, "audio/ogg")
    world.later(seconds=20)
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    assert approver.post(f"/duyet/{bulletin}/duyet", data=form).status_code == 409


def test_who_has_not_listened_is_told_to_and_approves_nothing(world, approver):
    bulletin, _ = world.submitted()
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    reply = approver.post(f"/duyet/{bulletin}/duyet", data=form)
    assert (reply.status_code, state_of(world, bulletin)) == (409, BulletinState.SUBMITTED)
    assert "Chưa duyệt: còn chỗ bạn chưa nghe." in reply.text


def test_who_played_a_second_of_it_is_told_what_is_left_and_approves_nothing(world, approver):
    bulletin, _ = world.submitted()
    assert "Nghe hết 0:08 thì duyệt được." in approver.get(f"/duyet/{bulletin}").text
    assert (
        "Đã nghe 0:02 trên 0:08. Chưa nghe đoạn từ 0:02 đến 0:08."
        in hear(world, approver, bulletin, "0-1500").text
    )
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    reply = approver.post(f"/duyet/{bulletin}/duyet", data=form)
    assert (reply.status_code, state_of(world, bulletin)) == (409, BulletinState.SUBMITTED)
    fault = reply.text.index("Chưa duyệt: còn chỗ bạn chưa nghe")  # beside the password, not at the head
    assert "mới nghe" not in reply.text  # the page counts above, where it follows what is played
    assert reply.text.index('id="mau-duyet"') < fault < reply.text.index('id="mat_khau"')
    assert ".kept-fault" in reply.text  # what the stream sends anew leaves it there
    world.later(seconds=8)
    reply = approver.post(f"/duyet/{bulletin}/duyet", data=form | {"da_phat": "1400-8000,x,-5"})
    assert reply.status_code == 303
    assert state_of(world, bulletin) is BulletinState.APPROVED


def test_who_has_no_script_says_to_have_heard_it_once_it_had_time_to_sound(world, approver):
    bulletin, _ = world.submitted()
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"], "da_nghe": "1"}
    approver.get(f"/tep/{RECORDING}.mp3")
    assert approver.post(f"/duyet/{bulletin}/duyet", data=form).status_code == 409
    world.later(seconds=8)
    assert approver.post(f"/duyet/{bulletin}/duyet", data=form).status_code == 303
    with world.store.read() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.act == "bulletin.approved"))
    assert (entry.detail["played_ms"], entry.detail["declared"]) == (8_000, True)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"mat_khau": "sai mật khẩu rồi"}, 403, "Mật khẩu không đúng, nên chưa ký."),
        ({"mat_khau": ""}, 403, "Mật khẩu không đúng, nên chưa ký."),
        ({"phien_ban": "2"}, 409, "Bản tin đã thay đổi"),
        ({"tep": "0" * 64}, 409, "Bản tin đã thay đổi"),
        ({"tep": ""}, 409, "Bản tin đã thay đổi"),
    ],
)
def test_nothing_is_approved_but_what_was_seen_and_signed(world, approver, changes, status, words):
    bulletin, _ = world.submitted()
    reply = approve(world, approver, bulletin, **changes)
    assert reply.status_code == status
    assert words in reply.text
    assert f'hx-sse:connect="/song/duyet/{bulletin}"' in reply.text
    assert state_of(world, bulletin) is BulletinState.SUBMITTED


def test_a_bulletin_without_its_recording_cannot_be_approved_and_the_page_says_why(world, approver):
    bulletin, _ = world.submitted(rendered=False)
    page = approver.get(f"/duyet/{bulletin}").text
    assert "Có thể duyệt khi âm thanh dựng xong." in page
    assert "mat_khau" not in page
    assert approve(world, approver, bulletin).status_code == 409


def test_an_officer_can_neither_see_the_queue_nor_approve(world, officer):
    bulletin, _ = world.submitted()
    assert approve(world, officer, bulletin).status_code == 403
    assert state_of(world, bulletin) is BulletinState.SUBMITTED
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert f"/duyet/{bulletin}" not in page


def test_an_author_is_not_offered_the_own_bulletin_and_cannot_approve_it(world, approver):
    bulletin, _ = world.submitted(by=world.approver)
    queue = approver.get("/duyet").text
    assert f"/duyet/{bulletin}" not in queue
    assert "cần người khác duyệt" in queue
    assert "Bạn là người soạn bản tin này" in approver.get(f"/duyet/{bulletin}").text
    assert approve(world, approver, bulletin).status_code == 403
    assert state_of(world, bulletin) is BulletinState.SUBMITTED


def test_a_bulletin_goes_back_with_a_reason_and_not_without(world, approver, officer):
    bulletin, _ = world.submitted()
    bare = approver.post(f"/duyet/{bulletin}/tra-lai", data={"ly_do": " "})
    assert bare.status_code == 422
    assert "Hãy ghi lý do" in bare.text
    reply = approver.post(
        f"/duyet/{bulletin}/tra-lai", data={"mau": "Sai số liệu.", "ly_do": "Ngày 26 là Thứ Năm."}
    )
    assert reply.headers["location"] == "/duyet?xong=tra"
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert "Sai số liệu. Ngày 26 là Thứ Năm." in page
    assert f"/ban-tin/{bulletin}/sua" in page
    assert "Đã trả lại bản tin" in approver.get("/duyet?xong=tra").text
    world.do(revise_bulletin, bulletin, title="Mới", text="Bản mới.", by=world.officer)
    assert state_of(world, bulletin) is BulletinState.DRAFT


def test_an_airing_is_stopped_in_two_clicks(world, officer):
    airing, made = world.approved_airing(seconds=10)
    world.tell(airing, made, "fetched")
    start = world.later(seconds=10)
    world.advance()
    world.tell(airing, made, "started", at=start)
    assert f'href="/phat/{airing}/dung"' in officer.get("/").text
    question = officer.get(f"/phat/{airing}/dung").text
    assert "Dừng phát ngay?" in question
    assert "130 cụm loa sẽ im trong vài giây." in question
    wakes = world.wakes
    world.hurried.clear()
    reply = officer.post(f"/phat/{airing}/dung", data={"ly_do": "Nhầm giờ."})
    assert [one.topic for one in world.hurried] == [topics.plan(PROVINCE)]
    assert reply.headers["location"] == f"/phat/{airing}"
    stopped = world.ask(get_airing, airing)
    assert (stopped.state, stopped.reason) == (AiringState.CANCELLED, "Nhầm giờ.")
    assert world.wakes == wakes + 1
    assert "Không còn gì để dừng" in officer.get(f"/phat/{airing}/dung").text
    assert officer.post(f"/phat/{airing}/dung").status_code == 409


def test_a_commune_cannot_stop_what_the_province_airs(world, sign_in):
    airing, made = world.approved_airing(seconds=10)
    start = world.later(seconds=10)
    world.advance()
    world.tell(airing, made, "started", at=start)
    commune = sign_in("xanhatrang")
    for path in ("/", f"/phat/{airing}"):
        page = commune.get(path).text
        assert "Đang phát" in page
        assert f"/phat/{airing}/dung" not in page
    assert "Bạn không dừng được" in commune.get(f"/phat/{airing}/dung").text
    assert commune.post(f"/phat/{airing}/dung").status_code == 403
    assert world.ask(get_airing, airing).state is AiringState.SOUNDING


def test_withdrawing_stops_every_airing_of_the_bulletin(world, approver, officer):
    airing, _ = world.approved_airing(seconds=600)
    bulletin = world.ask(get_airing, airing).bulletin
    assert officer.get(f"/ban-tin/{bulletin}/rut").status_code == 303
    assert "Rút bản tin này?" in approver.get(f"/ban-tin/{bulletin}/rut").text
    assert approver.post(f"/ban-tin/{bulletin}/rut").status_code == 303
    assert state_of(world, bulletin) is BulletinState.WITHDRAWN
    assert world.ask(get_airing, airing).state is AiringState.CANCELLED


def test_a_failed_recording_is_made_again_at_a_press(world, officer):
    bulletin, rendering = world.submitted(rendered=False)
    world.fail(rendering)
    page = officer.get(f"/ban-tin/{bulletin}").text
    assert "Chưa dựng được âm thanh." in page
    assert f'action="/ban-tin/{bulletin}/dung-lai"' in page
    assert officer.post(f"/ban-tin/{bulletin}/dung-lai").status_code == 303
    assert "Chờ đến lượt dựng âm thanh" in officer.get(f"/ban-tin/{bulletin}").text
    assert officer.post(f"/ban-tin/{bulletin}/dung-lai").status_code == 409


def test_passwords_cannot_be_tried_without_end_by_whoever_holds_a_signed_in_phone(world, approver):
    bulletin, _ = world.submitted()
    recording = world.ask(rendering_of, bulletin, 1).recording
    form = {"phien_ban": "1", "tep": recording, "mat_khau": "sai mật khẩu rồi"}
    hear(world, approver, bulletin)
    replies = [approver.post(f"/duyet/{bulletin}/duyet", data=form).status_code for _ in range(12)]
    assert replies == [403] * 10 + [429] * 2
    right = form | {"mat_khau": PASSWORDS["duyet"]}
    assert approver.post(f"/duyet/{bulletin}/duyet", data=right).status_code == 429
    asked = {"revision": 1, "recording": recording, "password": PASSWORDS["duyet"]}
    assert approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=asked).status_code == 429
    with world.store.read() as session:
        acts = [entry.act for entry in session.scalars(select(Entry)) if entry.subject == bulletin]
    assert acts.count("bulletin.approval-refused") == 10


def test_single_loudspeakers_that_missed_it_are_chosen_to_hear_it_again(world, officer, sign_in):
    world.bring_online()
    airing = world.aired(without=world.nodes[:3])
    place = f"/phat/{airing}/phat-lai"
    assert f'href="{place}"' in officer.get(f"/phat/{airing}").text
    page = officer.get(place).text
    assert page.count('name="loa"') == 3
    empty = officer.post(place, data={"luc": "ngay"})
    assert empty.status_code == 422
    assert "Hãy chọn từ 1 đến" in empty.text
    chosen = [world.nodes[0], world.nodes[2]]
    reply = officer.post(place, data={"luc": "ngay", "loa": chosen})
    again = reply.headers["location"].rpartition("/")[2]
    assert {one.node for one in world.ask(deliveries_of, again)} == set(chosen)
    assert "Cụm loa đã chọn ở Phường" in officer.get(f"/phat/{again}").text
    assert officer.get(f"/phat/{again}/phat-lai").status_code == 303  # it is not over
    assert sign_in("kythuat").get(place).status_code == 303
    commune = sign_in("xanhatrang")
    assert commune.get(place).text.count('name="loa"') == 1
    assert commune.post(place, data={"luc": "ngay", "loa": [world.nodes[0]]}).status_code in {303, 403}


DOUBTFUL = "Trạm y tế mời bà con đi tiêm. Bà con nhớ mang sổ. Liên hệ chị Hwng. Xin đừng đến muộn."


def spans(sentences):
    return ",".join(f"{one['start_ms']}-{one['end_ms']}" for one in sentences)


def test_an_approver_hears_what_is_doubtful_and_the_journal_names_the_phrases(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", DOUBTFUL)
    keep_times(world, RECORDING, "Lịch tiêm", DOUBTFUL)
    asked = approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()
    needed = [one for one in asked["sentences"] if one["needed"]]
    (doubt,) = [one for one in needed if "doubt" in one["why"]]
    assert "Liên hệ chị" in doubt["text"]
    assert (asked["is_all"], asked["is_enough"], len(needed)) == (False, False, 3)

    page = hear(world, approver, bulletin, spans(needed[:1]), seconds=5).text
    assert "Nghe hết 2 câu" in page
    assert page.count(" data-heard") == 1
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    refused = approver.post(f"/duyet/{bulletin}/duyet", data=form)
    assert (refused.status_code, state_of(world, bulletin)) == (409, BulletinState.SUBMITTED)
    assert "Đã nghe đủ chỗ cần nghe" in hear(world, approver, bulletin, spans(needed[1:]), seconds=9).text
    assert approver.post(f"/duyet/{bulletin}/duyet", data=form).status_code == 303
    with world.store.read() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.act == "bulletin.approved"))
    assert entry.detail["phrases"] == 6
    assert entry.detail["phrases_heard"] == entry.detail["phrases_needed"]
    assert entry.detail["played_ms"] < entry.detail["duration_ms"] - 3_000


def test_what_a_program_says_it_played_without_the_time_for_it_is_not_heard(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", DOUBTFUL)
    keep_times(world, RECORDING, "Lịch tiêm", DOUBTFUL)
    assert "Đã nghe đủ" not in hear(world, approver, bulletin, seconds=0).text
    assert not approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()["is_enough"]


def test_of_a_sentence_that_was_cut_short_the_end_is_still_to_be_heard(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", DOUBTFUL)
    keep_times(world, RECORDING, "Lịch tiêm", DOUBTFUL)
    sentences = approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()["sentences"]
    needed = [one | {"end_ms": one["end_ms"] - 300} for one in sentences if one["needed"]]
    assert "Nghe hết 3 câu" in hear(world, approver, bulletin, spans(needed)).text


def test_after_a_return_only_the_changed_sentence_is_new_to_hear(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", DOUBTFUL)
    keep_times(world, RECORDING, "Lịch tiêm", DOUBTFUL)
    hear(world, approver, bulletin)
    approver.post(f"/duyet/{bulletin}/tra-lai", data={"ly_do": "Sổ nào?"})
    text = DOUBTFUL.replace("mang sổ", "mang sổ hồng")
    world.do(revise_bulletin, bulletin, text=text, by=world.officer)
    made = Made(mp3() + mp3(), 8_000)
    rendering = world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech)
    world.render(rendering.id, made)
    keep_times(world, made.recording, "Lịch tiêm", text)
    asked = approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()
    assert [one["why"] for one in asked["sentences"] if one["needed"]] == [["changed"]]
    assert "câu mới" in approver.get(f"/duyet/{bulletin}").text


@pytest.mark.parametrize("voice", ["", "jm_kumo"])
def test_of_a_copy_what_differs_from_its_origin_is_new_to_hear(world, approver, voice):
    bulletin, _ = world.submitted("Lịch tiêm", DOUBTFUL)
    keep_times(world, RECORDING, "Lịch tiêm", DOUBTFUL)
    hear(world, approver, bulletin)
    text, manner = DOUBTFUL.replace("mang sổ", "mang sổ hồng"), Manner(engine="loa", voice=voice)
    copy = world.do(clone_bulletin, bulletin, by=world.officer).id
    world.do(revise_bulletin, copy, text=text, by=world.officer, manner=manner)
    made = Made(mp3() + mp3(), 8_000)
    world.render(world.do(submit_bulletin, copy, by=world.officer, speech=world.speech).id, made)
    keep_times(world, made.recording, "Lịch tiêm", text)
    asked = approver.get(f"/api/v1/bulletins/{copy}/hearing").json()["sentences"]
    needed = [one["why"] for one in asked if one["needed"]]
    everything = len(asked) - 1  # but the closing words
    assert len(needed) == everything if voice else needed == [["changed"]]


def test_a_word_that_the_author_has_read_otherwise_is_heard(world, approver):
    bulletin = world.draft("Lịch tiêm", "Trạm mời bà con đi tiêm ở chợ Đầm. Bà con nhớ mang sổ.")
    own = (("chợ Đầm", "chợ Đầm Tròn"),)
    world.do(revise_bulletin, bulletin, manner=Manner(words=own), by=world.officer)
    world.render(world.do(submit_bulletin, bulletin, by=world.officer, speech=world.speech).id)
    text = "Trạm mời bà con đi tiêm ở chợ Đầm Tròn. Bà con nhớ mang sổ."
    keep_times(world, RECORDING, "Lịch tiêm", text)
    sentences = approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()["sentences"]
    assert [one["text"] for one in sentences if "doubt" in one["why"]] == [text[:39]]
