"""Bulletins as sound by JSON."""

from controller.features.bulletins.queries import get_revision
from tests.support.brought_sounds import packed, speech_like

FIELDS = {"title": "Lời chủ tịch", "text": "Lời kêu gọi phòng, chống bão."}


def test_a_sound_becomes_a_bulletin_and_another_sound_another_wording(world, officer):
    mp3 = packed(speech_like(3), "mp3")
    reply = officer.post("/api/v1/bulletins/audio", files={"file": ("tin.mp3", mp3)}, data=FIELDS)
    assert (reply.status_code, reply.json()["state"]) == (201, "draft")
    bulletin = reply.json()["id"]
    (wording,) = officer.get(f"/api/v1/bulletins/{bulletin}/revisions").json()
    assert (wording["kind"], wording["text"]) == ("audio", FIELDS["text"])
    ogg = packed(speech_like(3), "ogg")
    place = f"/api/v1/bulletins/{bulletin}/audio"
    assert officer.post(place, files={"file": ("tin.ogg", ogg)}).json()["revision"] == 2
    assert world.uploads.path(world.ask(get_revision, bulletin, 2).upload).read_bytes() == ogg
    assert officer.post(f"/api/v1/bulletins/{bulletin}/submit").json()["rendering"]["state"] == "waiting"
    assert officer.post(place, files={"file": ("tin.ogg", ogg)}).status_code == 409


def test_what_is_no_sound_or_has_no_words_is_refused(officer):
    for content, fields, code in (
        (b"ID3" + b"\0" * 3000, FIELDS, "sound.format"),
        (packed(speech_like(1)), FIELDS, "sound.unfit"),
        (packed(speech_like(3)), FIELDS | {"text": ""}, "text.empty"),
        (packed(speech_like(3)), FIELDS | {"title": " "}, "bulletin.bad-title"),
        (packed(speech_like(3)), FIELDS | {"area": "99999"}, None),
    ):
        reply = officer.post("/api/v1/bulletins/audio", files={"file": ("tin", content)}, data=fields)
        assert reply.status_code in {403, 422}
        assert code in {None, reply.json()["code"]}
    assert officer.get("/api/v1/bulletins").json() == []
