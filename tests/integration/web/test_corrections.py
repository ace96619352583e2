"""An approver mends a slip and approves it, on one page; the author stays the author and is told."""

from controller.features.bulletins.queries import approval_of, get_bulletin, get_revision, rendering_of
from controller.features.notices.queries import notices_of
from controller.model.bulletin_states import BulletinState
from controller.model.notices import NoticeKind
from devices.jose import read_payload
from tests.integration.web.site_world import PASSWORDS, Made
from tests.integration.web.test_approving import RECORDING, hear, spans
from tests.integration.web.test_pages import text_of
from tests.support.phrase_clock import keep_times
from tests.support.swelling_tone import mp3

TEXT = "Trạm y tế mời bà con tiêm phong. Bà con nhớ mang sổ. Xin đừng đến muộn."
MENDED = TEXT.replace("phong", "phòng")
SOUND = Made(mp3() + mp3(), 8_000)


def mend(client, bulletin, text=MENDED, revision=1):
    return client.post(f"/duyet/{bulletin}/sua-chu", data={"phien_ban": str(revision), "noi_dung": text})


def test_a_slip_is_mended_heard_and_approved_and_its_author_is_told(world, approver, officer):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    keep_times(world, RECORDING, "Lịch tiêm", TEXT)
    hear(world, approver, bulletin)
    assert mend(approver, bulletin).headers["location"] == f"/duyet/{bulletin}?xong=sua-chu"
    row, wording = world.ask(get_bulletin, bulletin), world.ask(get_revision, bulletin, 2)
    assert (row.state, wording.text, wording.author) == (BulletinState.SUBMITTED, MENDED, world.officer.id)
    assert wording.corrected_by == world.approver.id
    (told,) = [one for one in world.ask(notices_of, world.officer.id) if one.kind is NoticeKind.CORRECTED]
    assert "«phong.» thành «phòng.»" in told.sentence
    assert "Xem chỗ sửa" in text_of(officer.get("/thong-bao"))

    world.render(world.ask(rendering_of, bulletin, 2).id, SOUND)
    keep_times(world, SOUND.recording, "Lịch tiêm", MENDED)
    page = text_of(approver.get(f"/duyet/{bulletin}"))
    assert "sửa lỗi gõ ở phiên bản này khi duyệt" in page
    needed = [
        one
        for one in approver.get(f"/api/v1/bulletins/{bulletin}/hearing").json()["sentences"]
        if one["needed"]
    ]
    assert [one["why"] for one in needed] == [["changed"]]  # all else was heard in the version before
    approver.get(f"/tep/{SOUND.recording}.mp3")
    world.later(seconds=8)
    sent = {"phien_ban": "2", "tep": SOUND.recording, "mat_khau": PASSWORDS["duyet"]}
    assert (
        approver.post(f"/duyet/{bulletin}/duyet", data=sent | {"da_phat": spans(needed)}).status_code == 303
    )
    approved = world.ask(approval_of, bulletin, 2)
    assert approved.text_sha256 == wording.text_sha256
    claims = read_payload(approved.jws)
    assert (claims["author"], claims["approver"]) == ("canbo", "duyet")
    assert "sửa lỗi gõ khi duyệt" in text_of(officer.get(f"/ban-tin/{bulletin}/lich-su"))


def test_what_was_approved_is_what_was_heard_not_the_version_before(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    hear(world, approver, bulletin)
    mend(approver, bulletin)
    sent = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    assert approver.post(f"/duyet/{bulletin}/duyet", data=sent).status_code == 409


def test_more_than_slips_is_refused_also_in_small_steps_and_stays_in_the_form(world, approver):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    other = TEXT.replace("mời", "cấm")
    reply = mend(approver, bulletin, other)
    assert (reply.status_code, other in reply.text) == (422, True)
    assert mend(approver, bulletin, TEXT.replace("sổ", "sổx")).status_code == 303
    assert mend(approver, bulletin, TEXT.replace("sổ", "sổxy"), revision=2).status_code == 303
    assert mend(approver, bulletin, TEXT.replace("sổ", "sổxyz"), revision=3).status_code == 422
    assert mend(approver, bulletin, MENDED, revision=1).status_code == 409
    assert world.ask(get_bulletin, bulletin).revision == 3


def test_nobody_mends_their_own_words_so_and_no_officer_does(world, approver, officer):
    bulletin, _ = world.submitted("Lịch tiêm", TEXT, by=world.approver)
    asked = {"revision": 1, "text": MENDED}
    assert approver.post(f"/api/v1/bulletins/{bulletin}/correct", json=asked).status_code == 403
    bulletin, _ = world.submitted("Lịch tiêm", TEXT)
    assert officer.post(f"/api/v1/bulletins/{bulletin}/correct", json=asked).status_code == 403
    found = approver.post(f"/api/v1/bulletins/{bulletin}/correct", json=asked).json()
    assert (found["number"], found["corrected"], found["author"]) == (2, True, "canbo")
