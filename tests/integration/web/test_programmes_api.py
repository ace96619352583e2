"""Programmes, languages and variants by JSON."""

from tests.integration.web.site_world import NHA_TRANG, Made
from tests.support.brought_sounds import packed, speech_like
from tests.support.swelling_tone import mp3

SOUND = {"file": ("tin.mp3", packed(speech_like(3), "mp3"))}


def approved(world):
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    return bulletin


def test_a_programme_is_made_of_bulletins_sounds_and_words(world, officer):
    kept = officer.post("/api/v1/programmes/sounds", files=SOUND)
    assert kept.status_code == 201
    bulletin = approved(world)
    items = [
        {"kind": "chime"},
        {"kind": "bulletin", "bulletin": bulletin},
        {"kind": "silence", "seconds": 2},
        {"kind": "recording", "upload": kept.json()["upload"], "text": "Lời chủ tịch."},
        {"kind": "chime"},
    ]
    asked = {"title": "Tin chiều", "items": items, "intro": "Kính chào bà con.", "outro": "Xin cảm ơn."}
    made = officer.post("/api/v1/programmes", json=asked)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    programme = made.json()["id"]
    told = officer.get(f"/api/v1/programmes/{programme}/items").json()
    assert [one["kind"] for one in told] == [
        *("chime", "speech", "bulletin", "silence", "recording", "speech", "chime"),
    ]
    fewer = asked | {"items": items[:2], "outro": None}
    again = officer.post(f"/api/v1/programmes/{programme}/revise", json=fewer)
    assert (again.status_code, again.json()["revision"]) == (200, 2)
    submitted = officer.post(f"/api/v1/bulletins/{programme}/submit").json()
    assert submitted["rendering"]["state"] == "waiting"


def test_what_is_not_there_or_not_approved_comes_into_no_programme(world, officer):
    waiting, _ = world.submitted()
    for item, status, code in (
        ({"kind": "bulletin", "bulletin": waiting}, 409, "programme.not-approved"),
        ({"kind": "bulletin", "bulletin": "khong-co"}, 404, "bulletin.unknown"),
        ({"kind": "recording", "upload": "0" * 64, "text": "Lời."}, 422, "upload.gone"),
        ({"kind": "silence", "seconds": 100}, 422, "input.bad"),
        ({"kind": "speech"}, 422, "text.empty"),
    ):
        reply = officer.post("/api/v1/programmes", json={"title": "Tin", "items": [item]})
        assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_a_variant_is_brought_seen_and_listed(world, officer, sign_in):
    bulletin, _ = world.submitted(made=Made(mp3(), 8_000))
    place = f"/api/v1/bulletins/{bulletin}/variants"
    fields = {"language": "rog", "text": "Như bản tiếng Việt."}
    made = officer.post(place, files=SOUND, data=fields)
    assert (made.status_code, made.json()["language"]) == (201, "rog")
    assert made.json()["bulletin"]["title"].endswith("(tiếng Raglai (Bắc))")
    assert officer.post(place, files=SOUND, data=fields).json()["code"] == "variant.there"
    assert officer.post(place, files=SOUND, data=fields | {"language": "zzz"}).status_code == 422
    (listed,) = officer.get(place).json()
    assert listed["is_current"] is True
    codes = [one["code"] for one in officer.get("/api/v1/languages").json()]
    assert {"vie", "rog", "cjm", "rad", "kpm"} <= set(codes)
    chosen = {"languages": ["rog", "vie"]}
    administrator = sign_in("quantri")
    assert officer.put(f"/api/v1/areas/{NHA_TRANG}/languages", json=chosen).status_code == 403
    assert administrator.put(f"/api/v1/areas/{NHA_TRANG}/languages", json=chosen).status_code == 200
    assert officer.get("/api/v1/area-languages").json() == [{"area": NHA_TRANG, **chosen}]
    wrong = {"languages": ["zzz"]}
    assert administrator.put(f"/api/v1/areas/{NHA_TRANG}/languages", json=wrong).status_code == 422
