"""What people see while the store of recordings in S3 does not answer: all but sounds."""

from datetime import timedelta

import pytest

from controller.features.bulletins.queries import get_bulletin
from controller.model.bulletin_states import BulletinState
from tests.integration.web.site_world import PASSWORDS, Made
from tests.support.brought_sounds import packed, speech_like
from tests.support.s3_server import KEY, SECRET, s3  # noqa: F401 - a fixture
from tests.support.swelling_tone import mp3
from tts.bucket_store import BucketStore
from tts.buckets import S3Access, bucket_at
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

SAYS = "Kho bản ghi không trả lời"
RECORDING = Made(mp3(), 8_000).recording


@pytest.fixture
def far(world, s3, tmp_path):  # noqa: F811 - the fixture
    """Have the recordings and uploads of the world in S3; return how to go on at another machine."""
    access = S3Access(s3.endpoint, key=KEY, secret=SECRET)

    def file_store(name, near):
        return BucketStore(bucket_at(s3.address(f"{tmp_path.name}/{name}"), access), tmp_path / near / name)

    def move_to(near):
        world.recordings = RecordingStore(file_store("recordings", near))
        world.uploads = UploadStore(file_store("uploads", near))

    move_to("first")
    return move_to


def test_pages_show_all_but_the_sound_and_nothing_is_approved_unheard(world, approver, far, s3):  # noqa: F811
    bulletin, _ = world.submitted()
    far("second")
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"], "khai": "1"}
    with s3.away():
        for page in (f"/duyet/{bulletin}", f"/ban-tin/{bulletin}", "/duyet", "/thu-vien"):
            reply = approver.get(page)
            assert reply.status_code == 200, page
        assert "chằng chống nhà cửa" in approver.get(f"/duyet/{bulletin}").text
        for sound in (f"/tep/{RECORDING}.mp3", f"/tep/{RECORDING}/hinh-am"):
            reply = approver.get(sound)
            assert (reply.status_code, SAYS in reply.text) == (503, True), sound
        reply = approver.post(f"/duyet/{bulletin}/duyet", data=form)
        assert (reply.status_code, SAYS in reply.text) == (503, True)
        told = approver.get(f"/api/v1/recordings/{RECORDING}").json()
        assert (told["code"], SAYS in told["sentence"]) == ("recordings.away", True)
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED
    world.recordings.check()
    heard = approver.get(f"/tep/{RECORDING}.mp3")
    assert (heard.status_code, heard.content) == (200, mp3())
    far("third")
    same = {"Range": "bytes=5-9", "If-Range": heard.headers["etag"]}
    part = approver.get(f"/tep/{RECORDING}.mp3", headers=same)
    assert (part.status_code, part.content) == (206, mp3()[5:10])


@pytest.mark.usefixtures("far")
def test_a_sound_that_is_brought_meanwhile_is_refused_and_none_is_left(world, officer, s3):  # noqa: F811
    fields = {"title": "Lời chủ tịch", "text": "Lời kêu gọi phòng, chống bão."}
    sent = {"files": {"file": ("tin.mp3", packed(speech_like(3), "mp3"))}, "data": fields}
    with s3.away():
        refused = officer.post("/api/v1/bulletins/audio", **sent)
        assert (refused.status_code, refused.json()["code"]) == (503, "recordings.away")
    assert officer.get("/api/v1/bulletins").json() == []
    world.uploads.check()
    assert world.uploads.kept_before(world.now().timestamp() + timedelta(days=9999).total_seconds()) == []
    assert officer.post("/api/v1/bulletins/audio", **sent).status_code == 201
