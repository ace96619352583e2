"""Emergencies called by devices: two people, or one who says why."""

import pytest

from controller.features.emergencies.preparation import prepare
from controller.features.plans.queries import published_key_sets
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyState, Kind
from controller.settings import Settings
from devices.ids import Grade, Role
from devices.signing import TrustedKeys, verify_together
from devices.statements import Call, SignedCall
from tests.integration.web.signing_by_device import OTHER, PHONE, SCRIPT, acts, enrol, kid, sign_sets
from tests.integration.web.site_world import PROVINCE, Made
from tests.support.swelling_tone import mp3


@pytest.fixture
def enrolled(world, seeds, approver):
    world.settings = Settings(home=world.settings.home, address=PHONE.origin)
    assert enrol(approver).status_code == 303
    sign_sets(world, seeds)
    return approver


@pytest.fixture
def prepared_alarm(world):
    alarm, _ = world.submitted("Lũ", highest=Grade.EMERGENCY)
    world.approve(alarm, Made(mp3(), 8_000))
    return world.do(prepare, alarm, Kind.ALARM, PROVINCE, by=world.officer).id


def test_two_people_call_an_emergency_by_their_devices_and_nodes_accept_the_call(
    world, seeds, enrolled, officer, prepared_alarm
):
    assert enrol(officer, OTHER, who="canbo").status_code == 303
    sign_sets(world, seeds)
    form = {"ban": prepared_alarm, "dia_ban": PROVINCE, "phut": "15", "khoa": OTHER.kid(Role.CALLER)}
    asked = officer.post("/khan/goi", data=form | {"hoi": "1"}, headers=SCRIPT).json()
    assert asked["words"] == "Gọi phát khẩn «Lũ» tới Toàn tỉnh Khánh Hòa, trong 15 phút."
    signed = {"luc": asked["at"], "chu_ky": OTHER.touched(asked["challenge"])}
    longer = officer.post("/khan/goi", data=form | signed | {"phut": "60"})
    assert longer.status_code == 403
    called = officer.post("/khan/goi", data=form | signed)
    assert called.status_code == 303
    place = called.headers["location"]
    asked = enrolled.post(f"{place}/xac-nhan", data={"khoa": kid(), "hoi": "1"}, headers=SCRIPT).json()
    assert asked["words"].startswith("Xác nhận, phát ngay «Lũ» tới")
    wrong = {"khoa": kid(), "luc": asked["at"], "chu_ky": OTHER.touched(asked["challenge"])}
    assert enrolled.post(f"{place}/xac-nhan", data=wrong).status_code == 403
    right = wrong | {"chu_ky": PHONE.touched(asked["challenge"])}
    assert enrolled.post(f"{place}/xac-nhan", data=right).status_code == 303
    with world.store.read() as session:
        row = session.get_one(Emergency, place.rpartition("/")[2])
    assert row.state is EmergencyState.STARTED
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    call, keys = verify_together(SignedCall.model_validate_json(row.call), Call, trusted, world.now())
    assert {key.holder for key in keys} == {"canbo", "duyet"}
    assert {key.alg for key in keys} == {"WebAuthn-ES256"}
    assert call.areas == (PROVINCE,)


def test_one_person_calls_alone_by_a_device_and_says_why(world, enrolled, prepared_alarm):
    form = {"ban": prepared_alarm, "dia_ban": PROVINCE, "phut": "15", "khoa": kid(), "cach": "mot"}
    refused = enrolled.post("/khan/goi", data=form | {"hoi": "1"}, headers=SCRIPT)
    assert refused.json()["code"] == "emergency.no-reason"
    form |= {"ly_do": "Nước qua đập tràn"}
    asked = enrolled.post("/khan/goi", data=form | {"hoi": "1"}, headers=SCRIPT).json()
    signed = {"luc": asked["at"], "chu_ky": PHONE.touched(asked["challenge"])}
    assert enrolled.post("/khan/goi", data=form | signed | {"ly_do": "Thử"}).status_code == 403
    assert len(acts(world, "emergency.refused")) == 1
    assert enrolled.post("/khan/goi", data=form | signed).status_code == 303


def test_a_program_calls_an_emergency_by_a_device(world, enrolled, prepared_alarm):
    body = {"areas": [PROVINCE], "prepared": prepared_alarm, "alone_because": "Lũ về.", "minutes": 15}
    asked = enrolled.post("/api/v1/emergencies/passkey", json=body | {"kid": kid()}).json()
    assert asked["words"].endswith("một mình, phát ngay.")
    given = {"kid": kid(), "at": asked["at"], "signature": PHONE.touched(asked["challenge"])}
    longer = enrolled.post("/api/v1/emergencies", json=body | {"minutes": 60, "passkey": given})
    assert (longer.status_code, longer.json()["code"]) == (403, "passkey.refused")
    called = enrolled.post("/api/v1/emergencies", json=body | {"passkey": given})
    assert called.status_code == 201, called.text
    with world.store.read() as session:
        row = session.get_one(Emergency, called.json()["id"])
    assert row.state is EmergencyState.STARTED
