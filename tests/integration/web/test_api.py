import json
import re
from datetime import datetime, timedelta

import pytest

from controller.features.bulletins.queries import rendering_of
from tests.integration.web.site_world import PASSWORDS, Made
from tests.support.site_client import SiteClient
from tests.support.stored_rows import bulletins
from tests.support.swelling_tone import mp3

RECORDING = Made(mp3(), 8_000).recording
AIR = {
    "title": "Lịch tiêm phòng",
    "text": "Mời bà con đến trạm y tế.",
    "areas": ["56"],
    "starts_in_seconds": 20,
}


def test_a_program_signs_in_by_name_and_password_and_out(site):
    client = SiteClient(site)
    assert client.get("/api/v1/me").status_code == 401
    wrong = client.post("/api/v1/sign-in", json={"name": "canbo", "password": "không phải"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "operator.wrong-password")
    reply = client.post("/api/v1/sign-in", json={"name": "canbo", "password": PASSWORDS["canbo"]})
    assert reply.json() == {
        "name": "canbo",
        "display_name": "Nguyễn Thị Hoa",
        "roles": ["officer"],
        "area": "56",
    }
    assert client.get("/api/v1/me").json()["name"] == "canbo"
    assert client.post("/api/v1/sign-out").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_a_text_goes_the_whole_way_from_air_to_reach(world, officer, approver, sign_in):
    made = officer.post("/api/v1/air", json=AIR)
    assert made.status_code == 201
    bulletin, airing = made.json()["bulletin"], made.json()["airing"]
    assert officer.get(f"/api/v1/bulletins/{bulletin}").json()["rendering"]["state"] == "waiting"
    rendering = world.ask(rendering_of, bulletin, 1).id
    world.speak(rendering, 2, 9)
    seen = officer.get(f"/api/v1/bulletins/{bulletin}").json()["rendering"]
    assert (seen["stage"], seen["done"], seen["total"]) == ("speaking", 2, 9)
    world.render(rendering)
    seen = approver.get(f"/api/v1/bulletins/{bulletin}").json()
    assert seen["rendering"]["recording"] == RECORDING
    assert seen["rendering"]["duration_ms"] == 8_000
    approval = {"revision": seen["revision"], "recording": RECORDING, "password": PASSWORDS["duyet"]}
    unheard = approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=approval)
    assert (unheard.status_code, unheard.json()["code"]) == (409, "bulletin.not-listened")
    heard = approver.get(f"/api/v1/recordings/{RECORDING}")
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")
    place = f"/api/v1/recordings/{RECORDING}/played"
    told = approver.post(place, json={"spans": [[0, 8_000]]}).json()
    assert (told["played_ms"], told["is_whole"]) == (0, False)  # no time has passed
    world.later(seconds=5)
    told = approver.post(place, json={"spans": [[0, 8_000]]}).json()
    assert told == {
        "served": True,
        "spans": [[0, 8000]],
        "played_ms": 8000,
        "duration_ms": 8000,
        "is_whole": True,
    }
    reply = approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=approval)
    assert (reply.status_code, reply.json()["state"]) == (200, "approved")
    yes = sign_in("xanhatrang").post(f"/api/v1/airings/{airing}/answer", json={"agrees": True})
    assert yes.status_code == 200
    world.advance()
    world.publish()
    made = Made(mp3(), 8_000)
    world.tell(airing, made, "fetched")
    start = world.later(seconds=15)
    world.advance()
    world.tell(airing, made, "started", at=start, spread_ms=4)
    assert officer.get("/api/v1/today").json()["sounding"][0]["id"] == airing
    world.later(seconds=8)
    world.tell(airing, made, "finished", heard_ms=8_000)
    world.advance()
    seen = officer.get(f"/api/v1/airings/{airing}").json()
    assert (seen["state"], seen["nodes"], seen["fetched"], seen["started"], seen["finished"]) == (
        "aired",
        130,
        130,
        130,
        130,
    )
    assert seen["start_spread_ms"] == {"nodes": 130, "p50": 2.0, "p99": 4.0, "max": 4.0}
    assert len(officer.get(f"/api/v1/airings/{airing}/deliveries").json()) == 130
    assert officer.get("/api/v1/today").json()["last"]["id"] == airing


def test_a_bulletin_is_drafted_submitted_returned_step_by_step(officer, approver):
    draft = officer.post("/api/v1/bulletins", json={"title": "Tin", "text": "Nội dung."})
    assert (draft.status_code, draft.json()["state"], draft.json()["rendering"]) == (201, "draft", None)
    place = f"/api/v1/bulletins/{draft.json()['id']}"
    assert officer.post(f"{place}/submit").json()["state"] == "submitted"
    assert officer.post(f"{place}/submit").status_code == 409
    assert approver.post(f"{place}/return", json={"reason": ""}).status_code == 422
    returned = approver.post(f"{place}/return", json={"reason": "Sai ngày."}).json()
    assert (returned["state"], returned["returned_reason"]) == ("returned", "Sai ngày.")
    assert [b["id"] for b in officer.get("/api/v1/bulletins?state=returned").json()] == [draft.json()["id"]]
    assert officer.get("/api/v1/bulletins?state=approved").json() == []


def test_an_airing_is_planned_and_stopped(world, officer):
    bulletin, _ = world.submitted()
    at = (world.now() + timedelta(hours=2)).isoformat()
    asked = {"bulletin": bulletin, "areas": ["22366"], "starts_at": at, "grade": "priority", "volume": 80}
    made = officer.post("/api/v1/airings", json=asked)
    assert made.status_code == 201
    assert (made.json()["where"], made.json()["nodes"], made.json()["state"]) == (
        "Phường Nha Trang",
        2,
        "planned",
    )
    place = f"/api/v1/airings/{made.json()['id']}"
    assert officer.post(f"{place}/stop", json={"reason": "Nhầm."}).json()["reason"] == "Nhầm."
    assert officer.post(f"{place}/stop", json={}).status_code == 409


def test_a_withdrawn_bulletin_takes_its_airings_along(world, approver):
    airing, _ = world.approved_airing(seconds=600)
    bulletin = approver.get(f"/api/v1/airings/{airing}").json()["bulletin"]
    reply = approver.post(f"/api/v1/bulletins/{bulletin}/withdraw", json={"reason": "Bão đã tan."})
    assert reply.json()["state"] == "withdrawn"
    assert approver.get(f"/api/v1/airings/{airing}").json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"areas": []}, 422, "input.bad"),
        ({"areas": ["99999"]}, 422, "area.unknown"),
        ({"starts_in_seconds": -1}, 422, "input.bad"),
        ({"starts_in_seconds": None}, 422, "input.bad"),
        ({"starts_in_seconds": None, "starts_at": "2026-11-25T11:30:00"}, 422, "input.bad"),
        ({"starts_in_seconds": None, "starts_at": "2026-11-24T11:30:00Z"}, 422, "airing.start-in-past"),
        ({"grade": "emergency"}, 422, "airing.emergency-is-called"),
        ({"volume": 101}, 422, "input.bad"),
        ({"text": "  "}, 422, None),
        ({"title": ""}, 422, "bulletin.bad-title"),
        ({"tittle": "x"}, 422, "input.bad"),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_a_code_and_leaves_nothing(
    world, officer, change, status, code
):
    reply = officer.post("/api/v1/air", json=AIR | change)
    assert reply.status_code == status
    assert reply.json()["sentence"]
    assert code is None or reply.json()["code"] == code
    assert world.ask(bulletins) == []


def test_text_that_is_no_json_and_no_utf8_is_refused(officer):
    headers = {"content-type": "application/json"}
    for body in (b"{", b'{"title": "\xff\xfe"}', b"[]", b""):
        reply = officer.post("/api/v1/air", content=body, headers=headers)
        assert reply.status_code in {400, 422}
        assert reply.json()["sentence"]


def test_nodes_and_areas_are_those_of_the_person(world, sign_in):
    world.bring_online()
    province, commune = sign_in("canbo"), sign_in("xanhatrang")
    assert len(province.get("/api/v1/nodes").json()) == 130
    assert len(province.get("/api/v1/nodes?area=22366").json()) == 2
    assert [n["id"] for n in commune.get("/api/v1/nodes").json()] == ["loa-22366-1", "loa-22366-2"]
    assert commune.get("/api/v1/nodes?area=22333").json() == []
    assert commune.get("/api/v1/nodes/loa-22333-1").status_code == 404
    assert [area["code"] for area in commune.get("/api/v1/areas").json()] == ["22366"]
    assert len(province.get("/api/v1/areas").json()) == 66
    node = province.get("/api/v1/nodes/loa-22366-1").json()
    assert (node["status"], node["volume"], node["storage_free"]) == ("ready", 70, 1_850_000_000)


def test_a_word_is_taught_seen_and_removed(officer, approver):
    asked = {"written": "PBGDPL", "spoken": "phổ biến giáo dục pháp luật"}
    made = approver.post("/api/v1/lexicon", json=asked)
    assert made.status_code == 201
    entry = made.json()
    assert (entry["written"], entry["area"], entry["added_by"]) == ("PBGDPL", "56", "duyet")
    assert officer.get("/api/v1/lexicon").json() == [entry]
    assert approver.post("/api/v1/lexicon", json=asked).json()["code"] == "lexicon.taught"
    place = f"/api/v1/lexicon/{entry['id']}"
    assert officer.delete(place).status_code == 403
    gone = approver.delete(place)
    assert (gone.status_code, gone.json()["removed_by"]) == (200, "duyet")
    assert approver.delete(place).status_code == 409
    assert officer.get("/api/v1/lexicon").json() == []
    assert officer.get("/api/v1/lexicon?removed=true").json() == [gone.json()]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"spoken": "abc xyz"}, 422, "text.entry"),
        ({"written": ""}, 422, "text.entry"),
        ({"written": "A" * 201}, 422, "input.bad"),
        ({"speken": "x"}, 422, "input.bad"),
        ({"area": "99999"}, 404, "area.unknown"),
    ],
)
def test_a_word_that_cannot_be_is_refused_with_a_code(approver, change, status, code):
    asked = {"written": "PBGDPL", "spoken": "phổ biến giáo dục pháp luật"} | change
    reply = approver.post("/api/v1/lexicon", json=asked)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.json()["sentence"]
    assert approver.get("/api/v1/lexicon").json() == []


def test_words_of_another_commune_are_not_there(sign_in, approver):
    asked = {"written": "Ea Tam", "spoken": "ê a tam", "area": "22333"}
    entry = approver.post("/api/v1/lexicon", json=asked).json()
    commune = sign_in("xanhatrang")
    assert commune.get("/api/v1/lexicon").json() == []
    assert commune.delete(f"/api/v1/lexicon/{entry['id']}").status_code == 404
    assert approver.delete("/api/v1/lexicon/khong-co").status_code == 404


OPEN = {"/api/v1/sign-in", "/api/v1/sign-out", "/api/v1/enrolments/claim"}
"""What may be called without being signed in."""


def test_the_description_of_the_interface_is_whole(client):
    described = client.get("/api/v1/openapi.json").json()
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            assert operation["tags"], (method, path)
            if path not in OPEN:
                assert "401" in operation["responses"], (method, path)
    named = {found.rpartition("/")[2] for found in re.findall(r'"\$ref": "([^"]+)"', json.dumps(described))}
    assert named - described["components"]["schemas"].keys() == set(), "what is referred to is described"


def test_a_program_may_look_ahead_and_is_told_what_it_would_meet(officer):
    made = officer.post("/api/v1/air", json=AIR | {"starts_in_seconds": 3600}).json()
    asked = {"bulletin": made["bulletin"], "areas": ["22333"], "starts_in_seconds": 3605}
    seen = officer.post("/api/v1/airings/foresee", json=asked)
    assert seen.status_code == 200
    (conflict,) = seen.json()["conflicts"]
    assert (conflict["kind"], conflict["other"]) == ("yields", made["airing"])
    refused = officer.post("/api/v1/airings", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "airing.meets-others")
    (told,) = refused.json()["facts"]["conflicts"]
    assert (told["other"], told["seconds_lost"]) == (made["airing"], conflict["seconds_lost"])
    after = officer.post("/api/v1/airings", json=asked | {"meeting": "after"})
    assert after.status_code == 201
    assert datetime.fromisoformat(after.json()["starts_at"]) > datetime.fromisoformat(conflict["since"])


def test_a_program_reads_an_areas_timetable(world, officer):
    airing, _ = world.approved_airing(seconds=600)
    told = officer.get("/api/v1/areas/22333/timetable").json()
    (slot,) = told["slots"]
    assert (slot["airing"], slot["seconds"], slot["cut"]) == (airing, 8.0, False)
    assert told["waiting"] == []
    assert officer.get("/api/v1/areas/99999/timetable").status_code == 404
    assert officer.get("/api/v1/areas/22333/timetable?days=32").status_code == 422
    assert officer.get("/api/v1/areas/22333/timetable?since=2020-01-01T00:00:00Z").status_code == 422
