"""An emergency by JSON: what it would reach is told before, it goes out in the call, codes are asked for."""

import pyotp
import pytest
from sqlalchemy import select

from controller.features.accounts.second_factor import begin_second_factor, confirm_second_factor
from controller.features.emergencies.preparation import prepare
from controller.model.emergency_states import Kind
from controller.model.journal import Entry
from controller.runtime.give_way import GIVE_WAY_S, GiveWay
from devices import topics
from devices.ids import Grade
from devices.jose import apart, read_payload
from devices.messages import Plan
from tests.integration.web.site_world import BAC_NHA_TRANG, PASSWORDS, PROVINCE, Made
from tests.support.counted_queries import statements_of
from tests.support.swelling_tone import mp3

MADE = Made(mp3(), 8_000)
CALLS = "/api/v1/emergencies"


@pytest.fixture
def prepared(world):
    bulletin, _ = world.submitted("Khẩn cấp: lũ", made=MADE, highest=Grade.EMERGENCY)
    world.approve(bulletin, MADE)
    return world.do(prepare, bulletin, Kind.ALARM, PROVINCE, by=world.officer).id


@pytest.fixture
def phone(world):
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    totp = pyotp.TOTP(enrolment.secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=world.approver)
    world.later(seconds=90)
    return lambda: totp.at(world.now())


def plans_of(world):
    """The plans that went out in the call itself, before any beat."""
    sent = {one.topic: one.payload for one in world.hurried if one.topic.startswith(topics.plan(""))}
    return {topic: Plan.model_validate(read_payload(text.decode())) for topic, text in sent.items()}


def test_how_many_it_reaches_is_told_before_the_click(world, approver, prepared):
    world.bring_online(without=world.nodes[:30])
    world.tell(prepared, MADE, "kept", world.nodes[20:])
    told = approver.get(f"{CALLS}/templates").json()
    (one,) = told["prepared"]
    assert one["readiness"] == {"nodes": 130, "online": 100, "held": 110, "ready": 100}
    assert (one["kind"], one["is_approved"], one["duration_ms"]) == ("alarm", True, 8_000)
    assert {"storm", "flood", "tsunami", "all-clear", "test"} <= {t["key"] for t in told["templates"]}
    there = approver.get(f"{CALLS}/templates", params={"area": BAC_NHA_TRANG}).json()
    assert there["prepared"][0]["readiness"]["nodes"] == 2


def test_two_people_call_and_the_plan_goes_out_in_the_second_ones_call(world, officer, approver, prepared):
    called = officer.post(
        CALLS, json={"password": PASSWORDS["canbo"], "prepared": prepared, "areas": ["56"], "minutes": 30}
    )
    assert (called.status_code, called.json()["state"]) == (201, "called")
    assert world.hurried == []
    assert approver.get("/api/v1/today").json()["emergencies"][0]["id"] == called.json()["id"]
    again = officer.post(f"{CALLS}/{called.json()['id']}/confirm", json={})
    assert (again.status_code, again.json()["code"]) == (409, "emergency.same-person")
    place = f"{CALLS}/{called.json()['id']}/confirm"
    unsigned = approver.post(place, json={})
    assert (unsigned.status_code, unsigned.json()["code"]) == (422, "operator.password-needed")
    confirmed = approver.post(place, json={"password": PASSWORDS["duyet"]}).json()
    assert (confirmed["is_running"], confirmed["confirmed_by"]) == (True, "Lê Minh Đức")
    (plan,) = plans_of(world).values()
    (airing,) = plan.airings
    assert (airing.airing, airing.every_ms) == (confirmed["airing"], 10_000)
    kids = [part.kid for part in apart(airing.call, "loa-call")]
    assert [kid.partition("-")[0] for kid in kids] == ["caller", "approver"]


def test_a_call_makes_few_statements_and_reads_the_areas_once_a_transaction(world, approver, prepared):
    asked = {
        "prepared": prepared,
        "areas": ["56"],
        "minutes": 30,
        "alone_because": "Lũ.",
        "password": PASSWORDS["duyet"],
    }
    made = statements_of(world.store, lambda: approver.post(CALLS, json=asked).raise_for_status())
    of_the_tree = [one for one in made if "areas.parent" in one and "WHERE" not in one]
    assert len(of_the_tree) == 3  # who asks, whether they may, and the transaction
    assert len([one for one in made if not one.startswith(("PRAGMA", "BEGIN"))]) <= 60


def test_a_wrong_password_starts_nothing_and_is_journaled(world, approver, prepared):
    asked = {"prepared": prepared, "areas": ["56"], "alone_because": "Lũ.", "password": "không phải đâu"}
    wrong = approver.post(CALLS, json=asked)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "operator.wrong-password")
    assert world.hurried == []
    assert "emergency.refused" in world.ask(lambda session: set(session.scalars(select(Entry.act))))


def test_one_person_calls_for_three_hours_at_most(approver, prepared):
    asked = {"prepared": prepared, "areas": ["56"], "alone_because": "Lũ.", "password": PASSWORDS["duyet"]}
    refused = approver.post(CALLS, json=asked | {"minutes": 181})
    assert (refused.status_code, refused.json()["code"]) == (422, "emergency.too-long-alone")
    assert approver.post(CALLS, json=asked | {"minutes": 180}).status_code == 201


def test_whoever_has_a_second_factor_is_asked_for_a_fresh_code_each_time(world, approver, prepared, phone):
    asked = {
        "prepared": prepared,
        "areas": ["56"],
        "password": PASSWORDS["duyet"],
        "alone_because": "Đập tràn.",
    }
    lacking = approver.post(CALLS, json=asked)
    assert (lacking.status_code, lacking.json()["code"]) == (422, "operator.code-needed")
    wrong = approver.post(CALLS, json=asked | {"code": "00000"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "operator.wrong-code")
    code = phone()
    started = approver.post(CALLS, json=asked | {"code": code})
    assert (started.status_code, started.json()["alone_because"]) == (201, "Đập tràn.")
    used = approver.post(CALLS, json=asked | {"code": code})
    assert used.json()["code"] == "operator.wrong-code"
    assert "emergency.refused" in world.ask(lambda session: set(session.scalars(select(Entry.act))))


@pytest.mark.usefixtures("phone")
def test_wrong_codes_are_limited(approver, prepared):
    asked = {
        "prepared": prepared,
        "areas": ["56"],
        "password": PASSWORDS["duyet"],
        "alone_because": "Lũ.",
        "code": "00000",
    }
    statuses = [approver.post(CALLS, json=asked).status_code for _ in range(12)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


def test_where_codes_are_demanded_one_without_a_second_factor_starts_nothing(world, approver, prepared):
    world.require_totp = True
    reply = approver.post(
        CALLS,
        json={"prepared": prepared, "areas": ["56"], "password": PASSWORDS["duyet"], "alone_because": "Lũ."},
    )
    assert (reply.status_code, reply.json()["code"]) == (403, "operator.enrol-first")


def test_anybody_there_stops_it_without_a_code_and_the_empty_plan_goes_out_in_the_call(
    world, sign_in, approver, prepared
):
    started = approver.post(
        CALLS,
        json={"prepared": prepared, "areas": ["56"], "password": PASSWORDS["duyet"], "alone_because": "Lũ."},
    )
    world.hurried.clear()
    stopped = sign_in("kythuat").post(f"{CALLS}/{started.json()['id']}/stop", json={"reason": "Báo nhầm."})
    assert (stopped.json()["state"], stopped.json()["end_reason"]) == ("ended", "Báo nhầm.")
    (plan,) = plans_of(world).values()
    assert plan.airings == ()
    assert [kept.name for kept in plan.keep] == [prepared]


def test_what_can_wait_does_so_already_while_a_call_or_a_stop_is_signed(world, approver, prepared):
    asked = {"prepared": prepared, "areas": ["56"], "password": PASSWORDS["duyet"], "alone_because": "Lũ."}

    def waits_while(path, body):
        world.way = GiveWay(lambda: 0.0)
        world.waits_at_signing.clear()
        approver.post(path, json=body).raise_for_status()
        return world.waits_at_signing

    assert waits_while(CALLS, asked) == [GIVE_WAY_S]
    (running,) = approver.get("/api/v1/today").json()["emergencies"]
    assert waits_while(f"{CALLS}/{running['id']}/stop", {"reason": ""}) == [GIVE_WAY_S]
    approver.post(CALLS, json=asked)
    assert waits_while(f"{CALLS}/stop", {"areas": ["56"]}) == [GIVE_WAY_S]
    airing, _ = world.approved_airing(seconds=30)
    assert waits_while(f"/api/v1/airings/{airing}/stop", {"reason": ""}) == [GIVE_WAY_S]


def test_nobody_waits_for_a_call_or_a_stop_that_is_refused(world, sign_in, approver, prepared):
    asked = {"prepared": prepared, "areas": ["56"], "password": PASSWORDS["duyet"], "alone_because": "Lũ."}
    running = approver.post(CALLS, json=asked).json()
    airing, _ = world.approved_airing(seconds=30)
    world.way = GiveWay(lambda: 0.0)
    elsewhere = sign_in("xanhatrang")  # an officer of one commune
    for path, body in (
        (f"{CALLS}/{running['id']}/stop", {"reason": ""}),
        (f"{CALLS}/stop", {"areas": ["56"]}),
        (f"/api/v1/airings/{airing}/stop", {"reason": ""}),
        (CALLS, asked | {"password": PASSWORDS["xanhatrang"]}),
    ):
        assert elsewhere.post(path, json=body).status_code in {403, 404}, path
    assert world.way.left_s == 0
    for _ in range(10):
        approver.post(CALLS, json=asked | {"password": "không phải đâu"})
    world.way = GiveWay(lambda: 0.0)
    assert approver.post(CALLS, json=asked).status_code == 429
    assert world.way.left_s == 0


def test_one_commune_alone_is_stopped(approver, prepared):
    started = approver.post(
        CALLS,
        json={"prepared": prepared, "areas": ["56"], "password": PASSWORDS["duyet"], "alone_because": "Lũ."},
    )
    ended = approver.post(f"{CALLS}/stop", json={"areas": [BAC_NHA_TRANG]}).json()
    assert [one["id"] for one in ended] == [started.json()["id"]]
    assert (ended[0]["is_running"], len(ended[0]["areas"])) == (True, 64)


def test_any_airing_is_stopped_as_fast(world, approver):
    airing, _ = world.approved_airing(seconds=30)
    approver.post(f"/api/v1/airings/{airing}/stop", json={"reason": ""})
    (plan,) = plans_of(world).values()
    assert plan.airings == ()


@pytest.mark.parametrize(("state", "words"), [("over", "Đã phát xong"), ("missed", "Không cụm loa nào phát")])
def test_an_emergency_whose_time_has_come_to_its_end_is_over_everywhere(
    world, approver, prepared, state, words
):
    asked = {
        "prepared": prepared,
        "areas": ["56"],
        "minutes": 30,
        "password": PASSWORDS["duyet"],
        "alone_because": "Lũ về trong đêm.",
    }
    made = approver.post(CALLS, json=asked).json()
    assert made["state"] == "started"
    world.publish()
    world.later(seconds=60)
    world.advance()
    if state == "over":
        world.tell(made["airing"], Made(mp3(), 8_000), "started", world.nodes[:5])
    world.later(hours=1)
    world.advance()
    over = approver.get(f"{CALLS}/{made['id']}").json()
    assert (over["state"], over["is_running"]) == (state, False)
    assert words in approver.get(f"/khan/{made['id']}").text


def test_a_call_that_nobody_confirmed_in_time_waits_for_nobody(world, officer, approver, prepared):
    made = officer.post(
        CALLS, json={"password": PASSWORDS["canbo"], "prepared": prepared, "areas": ["56"]}
    ).json()["id"]
    assert "Chờ người thứ hai xác nhận" in approver.get(f"/khan/{made}").text
    world.later(minutes=11)
    assert approver.get(f"{CALLS}/{made}").json()["state"] == "lapsed"
    page = approver.get(f"/khan/{made}").text
    assert "Không ai xác nhận, đã hết hạn" in page
    assert "Chờ người thứ hai xác nhận" not in page
