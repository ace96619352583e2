"""Schedules and days off as programs meet them."""

import pytest

RULE = {"every": "day", "at": "17:00:00", "first": "2026-11-25"}
PLACE = "/api/v1/schedules"


@pytest.fixture
def bulletin(world):
    return world.submitted()[0]


@pytest.fixture
def ruler(sign_in):
    """A client of somebody who may change the province's rules."""
    return sign_in("quantri")


def asked(bulletin, **changes):
    return {"bulletin": bulletin, "areas": ["22366"], "rule": RULE} | changes


def test_a_schedule_is_laid_down_seen_changed_and_ended(world, officer, bulletin):
    made = officer.post(PLACE, json=asked(bulletin, skips={"days_off": True}))
    assert made.status_code == 201
    seen = made.json()
    assert (seen["where"], seen["state"], len(seen["next"])) == ("Phường Nha Trang", "running", 30)
    assert seen["rule"].startswith("DTSTART;TZID=Asia/Ho_Chi_Minh:20261125T170000\nRRULE:FREQ=DAILY")
    assert [bool(one["airing"]) for one in seen["next"]] == [True] * 14 + [False] * 16
    one = f"{PLACE}/{seen['id']}"
    second, third = seen["next"][1]["original_at"], seen["next"][2]["original_at"]
    gone = officer.post(f"{one}/occurrences/cancel", json={"original_at": second, "reason": "Mất điện."})
    assert second not in [each["original_at"] for each in gone.json()["next"]]
    to = third.replace("T10:00", "T11:30")
    moved = officer.post(f"{one}/occurrences/move", json={"original_at": third, "to": to})
    assert {each["original_at"]: each["starts_at"] for each in moved.json()["next"]}[third] == to
    assert [each["id"] for each in officer.get(f"{PLACE}?state=running").json()] == [seen["id"]]
    ended = officer.post(f"{one}/end", json={"reason": "Hết đợt."}).json()
    assert (ended["state"], ended["next"]) == ("ended", [])
    assert officer.post(f"{one}/end", json={}).status_code == 409
    assert officer.get(f"{PLACE}?state=running").json() == []
    states = {each["state"] for each in officer.get("/api/v1/airings").json()}
    assert states == {"cancelled"}
    assert world.wakes >= 4


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"every": "once"}, "DTSTART;TZID=Asia/Ho_Chi_Minh:20261125T170000"),
        ({"every": "workday", "times": 5}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5"),
        ({"every": "week", "weekdays": ["SA", "MO"]}, "FREQ=WEEKLY;BYDAY=MO,SA"),
        ({"every": "month", "days": [-1]}, "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ({"every": "month-weekday", "weekdays": ["MO"], "nth": 2}, "FREQ=MONTHLY;BYDAY=2MO"),
        ({"every": "day", "last": "2026-12-01"}, "FREQ=DAILY;UNTIL=20261201T100000Z"),
        ({"every": "day", "also": ["2026-11-25T19:00:00"]}, "RDATE;TZID=Asia/Ho_Chi_Minh:20261125T190000"),
        ({"every": "day", "except_days": ["2026-11-26"]}, "EXDATE;TZID=Asia/Ho_Chi_Minh:20261126T170000"),
    ],
)
def test_every_way_to_repeat(officer, bulletin, rule, text):
    made = officer.post(PLACE, json=asked(bulletin, rule=RULE | rule))
    assert made.status_code == 201
    assert text in made.json()["rule"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"rule": RULE | {"every": "week"}}, 422, "input.bad"),
        ({"rule": RULE | {"every": "month", "days": [0]}}, 422, "schedule.bad-rule"),
        ({"rule": RULE | {"weekdays": ["MO"]}}, 422, "input.bad"),
        ({"rule": RULE | {"times": 3, "last": "2026-12-01"}}, 422, "schedule.bad-rule"),
        ({"rule": RULE | {"at": "17:00:00+07:00"}}, 422, "schedule.bad-rule"),
        ({"rule": RULE | {"first": "0001-01-01"}}, 422, "schedule.bad-rule"),
        ({"rule": RULE | {"every": "once", "first": "2020-01-01"}}, 422, "schedule.never"),
        ({"skips": {"only_lunar": [1], "never_lunar": [1]}}, 422, "schedule.bad-lunar"),
        ({"areas": ["99999"]}, 422, "area.unknown"),
        ({"bulletin": "khong-co"}, 404, "bulletin.unknown"),
        ({"grade": "emergency"}, 422, "airing.emergency-is-called"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(officer, bulletin, changes, status, code):
    reply = officer.post(PLACE, json=asked(bulletin) | changes)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert officer.get(PLACE).json() == []


def test_a_schedule_outside_the_persons_area_is_not_there(officer, sign_in, bulletin):
    made = officer.post(PLACE, json=asked(bulletin, areas=["22333"])).json()
    other = sign_in("xanhatrang")
    assert other.get(PLACE).json() == []
    assert other.get(f"{PLACE}/{made['id']}").status_code == 404
    assert other.post(f"{PLACE}/{made['id']}/end", json={}).status_code == 404


def test_a_change_of_no_occurrence_is_refused(officer, bulletin):
    made = officer.post(PLACE, json=asked(bulletin)).json()
    one = f"{PLACE}/{made['id']}/occurrences"
    wrong = officer.post(f"{one}/cancel", json={"original_at": "2026-11-26T10:01:00Z"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "schedule.no-occurrence")
    first, second = (each["original_at"] for each in made["next"][:2])
    taken = officer.post(f"{one}/move", json={"original_at": first, "to": second})
    assert (taken.status_code, taken.json()["code"]) == (409, "schedule.taken")
    far = officer.post(f"{one}/move", json={"original_at": first, "to": "0001-01-01T00:00:00+07:00"})
    assert far.status_code == 422


def test_the_list_of_days_off_is_the_states_with_the_words_of_the_province(officer, ruler, bulletin):
    made = officer.post(PLACE, json=asked(bulletin, skips={"days_off": True})).json()
    day = {"day": "2026-11-27", "name": "Lễ hội Tháp Bà"}
    assert officer.post("/api/v1/days-off", json=day).status_code == 403
    assert ruler.post("/api/v1/days-off", json=day).status_code == 201
    ruler.post("/api/v1/days-off", json={"day": "2026-09-02", "name": "Vẫn phát", "off": False})
    listed = {each["day"]: each for each in officer.get("/api/v1/days-off?year=2026").json()}
    assert (listed["2026-02-17"]["name"], listed["2026-02-17"]["own"]) == ("Tết Nguyên Đán", False)
    assert (listed["2026-11-27"]["off"], listed["2026-11-27"]["own"]) == (True, True)
    assert listed["2026-09-02"]["off"] is False
    coming = officer.get(f"{PLACE}/{made['id']}").json()["next"]
    assert "2026-11-27T10:00:00Z" not in [each["original_at"] for each in coming]
    assert ruler.delete("/api/v1/days-off/2026-11-27").status_code == 204
    assert ruler.delete("/api/v1/days-off/2026-11-27").status_code == 404
    assert ruler.delete("/api/v1/days-off/hom-nay").status_code == 422
    coming = officer.get(f"{PLACE}/{made['id']}").json()["next"]
    assert "2026-11-27T10:00:00Z" in [each["original_at"] for each in coming]


def test_what_a_schedule_would_meet_is_told_before_it_is_saved(officer, bulletin):
    officer.post(PLACE, json=asked(bulletin))
    told = officer.post(f"{PLACE}/foresee", json=asked(bulletin)).json()
    assert len(told["occurrences"]) == 14
    assert {one["conflicts"][0]["kind"] for one in told["occurrences"]} == {"yields"}
    assert (told["nodes"], told["nodes_away"], len(told["away"])) == (2, 2, 2)
    refused = officer.post(PLACE, json=asked(bulletin))
    assert (refused.status_code, refused.json()["code"]) == (409, "airing.meets-others")
    assert len(refused.json()["facts"]["occurrences"]) == 14
    assert officer.post(PLACE, json=asked(bulletin, meeting="after")).status_code == 201


def test_what_a_moved_occurrence_would_meet_is_told(officer, bulletin):
    officer.post(PLACE, json=asked(bulletin))
    later = officer.post(PLACE, json=asked(bulletin, rule=RULE | {"at": "18:00:00"})).json()
    original = later["next"][0]["original_at"]
    move = {"original_at": original, "to": original.replace("T11:00", "T10:00")}
    one = f"{PLACE}/{later['id']}/occurrences"
    (met,) = officer.post(f"{one}/foresee", json=move).json()["occurrences"]
    assert met["conflicts"][0]["kind"] == "yields"
    assert officer.post(f"{one}/move", json=move).status_code == 409
    assert officer.post(f"{one}/move", json=move | {"meeting": "after"}).status_code == 200
