"""Wordings, legal acts and notices by JSON."""

from datetime import timedelta

from controller.features.accounts.tokens import create_token
from controller.features.legal_acts.service import end_acts
from controller.model.permissions import Act
from tests.integration.web.site_world import TEXT, Made
from tests.support.swelling_tone import mp3

ACT = {"number": "12/TB-UBND", "kind": "Thông báo", "in_force_until": "2026-11-30"}


def test_a_wording_is_recalled_revised_and_compared(world, officer):
    bulletin, _ = world.submitted()
    place = f"/api/v1/bulletins/{bulletin}"
    assert officer.post(f"{place}/revise", json={"title": "Bão", "text": "Mới."}).status_code == 409
    assert officer.post(f"{place}/recall").json()["state"] == "draft"
    changed = TEXT.replace("18 giờ", "17 giờ")
    reply = officer.post(f"{place}/revise", json={"title": "Bão", "text": changed})
    assert (reply.status_code, reply.json()["revision"]) == (200, 2)
    told = officer.get(f"{place}/differences?before=1&after=2").json()
    assert [one for one in told["stretches"] if one["change"] != "equal"] == [
        {"change": "removed", "text": "18"},
        {"change": "added", "text": "17"},
    ]
    numbers = [one["number"] for one in officer.get(f"{place}/revisions").json()]
    assert numbers == [2, 1]
    assert officer.get(f"{place}/differences?before=1&after=3").status_code == 404


def test_how_a_wording_is_read_says_what_mending_changed(world, officer):
    bulletin = world.draft("Họp ngày l5/11", "Mời bà con đượ c thăm.")
    told = officer.get(f"/api/v1/bulletins/{bulletin}/reading").json()
    mended = [
        (one["typed"], one["written"], one["sure"])
        for part in (told["title"], told["text"])
        for one in part["spans"]
        if one["typed"] is not None
    ]
    assert mended == [("l5/11", "15/11", False), ("đượ c", "được", False)]
    assert told["text"]["spoken"] == "Mời bà con được thăm."


def test_a_bulletin_is_cloned_into_a_draft(world, officer):
    bulletin, _ = world.submitted()
    reply = officer.post(f"/api/v1/bulletins/{bulletin}/clone")
    assert reply.status_code == 201
    assert (reply.json()["state"], reply.json()["id"] != bulletin) == ("draft", True)


def test_html_in_a_wording_is_refused_with_a_sentence(world, officer):
    bulletin = world.draft()
    asked = {"title": "Bão", "text": "<script>alert(1)</script>"}
    reply = officer.post(f"/api/v1/bulletins/{bulletin}/revise", json=asked)
    assert (reply.status_code, reply.json()["code"]) == (422, "text.bad")


def test_an_act_is_proposed_named_and_its_end_holds(world, officer, approver):
    bulletin = world.draft("Báo", f"Số: 9/KH-UBND\n{TEXT}")
    place = f"/api/v1/bulletins/{bulletin}"
    told = officer.get(f"{place}/reference").json()
    assert (told["reference"], told["proposal"]["number"]) == (None, "9/KH-UBND")
    late = world.plan(bulletin, seconds=6 * 86_400)
    named = officer.put(f"{place}/reference", json=ACT)
    assert (named.status_code, named.json()["cancelled"]) == (200, [late])
    asked = {"bulletin": bulletin, "areas": ["56"], "starts_at": "2026-12-01T03:00:00Z"}
    refused = approver.post("/api/v1/airings", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "airing.beyond-validity")
    assert refused.json()["facts"] == {"in_force_until": "2026-11-30"}
    wrong = ACT | {"in_force_from": "2027-01-01"}
    assert officer.put(f"{place}/reference", json=wrong).status_code == 422


def test_an_owner_reads_the_notice_that_an_act_ended(world, officer, sign_in):
    bulletin, _ = world.submitted(made=Made(mp3(), 8_000))
    officer.put(f"/api/v1/bulletins/{bulletin}/reference", json=ACT)
    world.later(days=7)
    with world.store.write() as session:
        assert end_acts(session, now=world.now()) == [bulletin]
    again = sign_in("canbo")
    world._now -= timedelta(days=7)  # the session of the test is not to expire
    (notice,) = again.get("/api/v1/notices?unread=true").json()
    assert (notice["kind"], notice["subject"]) == ("act-ended", bulletin)
    other = sign_in("duyet")
    assert other.get("/api/v1/notices").json() == []
    assert other.post(f"/api/v1/notices/{notice['id']}/read").status_code == 404
    assert again.post(f"/api/v1/notices/{notice['id']}/read").status_code == 204
    assert again.get("/api/v1/notices?unread=true").json() == []
    assert again.post("/api/v1/notices/read").json() == {"read": 0}


def test_a_programs_token_has_no_ears(world, client, approver):
    bulletin, _ = world.submitted()
    recording = Made(mp3(), 8_000).recording
    with world.store.write() as session:
        _, token = create_token(
            session,
            name="m",
            acts=[Act.SEE],
            area="56",
            expires_at=world.now() + timedelta(days=1),
            of=world.approver,
            now=world.now(),
        )
    headers = {"authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/recordings/{recording}", headers=headers).status_code == 200
    asked = {"revision": 1, "recording": recording, "password": "x"}
    refused = approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=asked)
    assert refused.json()["code"] == "bulletin.not-listened"
