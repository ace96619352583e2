"""Sound that is brought along, as rows: kept while a wording names it, revised, cloned."""

from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest

from controller.errors import BadInput
from controller.features.bulletins.queries import get_revision, renderings_to_approve
from controller.features.bulletins.service import (
    clone_bulletin,
    draft_bulletin,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.bulletins.sound_uploads import (
    KEPT_UNNAMED,
    keep_upload,
    sweep_uploads,
    uploads_needed,
)
from controller.model.bulletin_states import RevisionKind
from tests.support.brought_sounds import packed, speech_like
from tests.support.station_world import Sound
from tts.found import found_in
from tts.uploads import UploadStore

UPLOADS = ["a" * 64, "b" * 64]


@pytest.fixture
def audio(world):
    asked = {"title": "Lời chủ tịch", "text": "Lời kêu gọi.", "by": world.officer}
    return world.do(draft_bulletin, upload=UPLOADS[0], **asked).id


def kinds(world, bulletin):
    with world.store.read() as session:
        revisions = (get_revision(session, bulletin, number) for number in (1, 2))
        return [(one.kind, one.upload) for one in revisions]


def test_a_changed_summary_keeps_the_sound_and_another_sound_is_another_wording(world, audio):
    world.do(revise_bulletin, audio, title="Lời chủ tịch", text="Lời kêu gọi khẩn.", by=world.officer)
    assert kinds(world, audio) == [(RevisionKind.AUDIO, UPLOADS[0])] * 2
    again = {"title": "Lời chủ tịch", "text": "Lời kêu gọi khẩn.", "by": world.officer}
    assert world.do(revise_bulletin, audio, upload=UPLOADS[0], **again).revision == 2
    assert world.do(revise_bulletin, audio, upload=UPLOADS[1], **again).revision == 3


def test_a_clone_has_the_same_sound(world, audio):
    clone = world.do(clone_bulletin, audio, by=world.officer)
    assert world.ask(get_revision, clone.id, 1).upload == UPLOADS[0]
    assert world.ask(uploads_needed) == {UPLOADS[0]}


def test_brought_sound_is_never_read_again_when_words_are_taught(world, audio):
    rendering = world.do(submit_bulletin, audio, by=world.officer)
    world.render(rendering.id, Sound(b"brought " * 1000))
    assert world.ask(renderings_to_approve) == []


def test_files_that_no_wording_names_go_after_a_day(world, tmp_path):
    uploads = UploadStore(tmp_path / "uploads")
    kept = keep_upload(uploads, BytesIO(packed(speech_like(2.5))))
    left = keep_upload(uploads, BytesIO(packed(speech_like(3))))
    world.do(draft_bulletin, title="Tin", text="Tin.", by=world.officer, upload=kept)
    needed = world.ask(uploads_needed)
    written = uploads.path(left).stat().st_mtime
    at = datetime.fromtimestamp(written, UTC)
    assert sweep_uploads(uploads, needed, at) == 0
    assert sweep_uploads(uploads, needed, at + 2 * KEPT_UNNAMED) == 1
    assert (uploads.has(kept), uploads.has(left)) == (True, False)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sound.format"),
        (b"ID3\x04" + b"\0" * 3000, "sound.format"),
        (packed(np.zeros(100, np.float32)), "sound.unfit"),
    ],
    ids=["empty", "wrong-head", "short"],
)
def test_what_is_no_fit_sound_is_refused_and_not_kept(tmp_path, content, code):
    uploads = UploadStore(tmp_path / "uploads")
    with pytest.raises(BadInput) as refused:
        keep_upload(uploads, BytesIO(content))
    assert refused.value.code == code
    assert list((tmp_path / "uploads").glob("*")) == []


def test_what_was_found_in_a_file_is_found_again_where_that_is_damaged(tmp_path):
    uploads, sound = UploadStore(tmp_path / "uploads"), packed(speech_like(2.5))
    upload = keep_upload(uploads, BytesIO(sound))
    found = found_in(uploads, upload)
    assert found is not None
    for damaged in (b"", b"\xff", b"7", b'{"form": "mp3"}'):
        uploads.keep_beside(upload, damaged)
        assert found_in(uploads, upload) is None
    keep_upload(uploads, BytesIO(sound))
    assert found_in(uploads, upload) == found
