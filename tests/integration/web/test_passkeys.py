"""Passkeys at the station: enrolled by their person, and good for exactly the statement that was shown."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from controller.features.accounts.administration import reset_password
from controller.features.accounts.passkeys import credentials_of
from controller.features.accounts.queries import held_key
from controller.features.bulletins.queries import get_bulletin
from controller.features.expiries.endings import endings
from controller.features.plans.queries import published_key_sets, published_policies
from controller.model.accounts import HeldKey, Passkey
from controller.model.bulletin_states import BulletinState
from controller.model.notices import Notice
from controller.settings import Settings
from devices.ids import Grade, Role
from devices.not_trusted import NotTrusted
from devices.passkeys import base64url
from devices.signing import TrustedKeys, verify
from devices.statements import Approval
from tests.integration.web.signing_by_device import (
    DEVICES,
    OTHER,
    PHONE,
    SCRIPT,
    acts,
    approval_of,
    ask,
    enrol,
    give,
    kid,
    sign_sets,
)
from tests.integration.web.site_world import PASSWORDS, PROVINCE
from tests.integration.web.test_approving import RECORDING, hear, state_of


@pytest.fixture
def world(world):
    world.settings = Settings(home=world.settings.home, address=PHONE.origin)
    return world


@pytest.fixture
def enrolled(world, seeds, approver):
    assert enrol(approver).headers["location"].endswith("xong=gan")
    sign_sets(world, seeds)
    return approver


@pytest.fixture
def heard(world, enrolled):
    bulletin, _ = world.submitted()
    hear(world, enrolled, bulletin)
    return bulletin


def test_a_device_is_enrolled_named_and_trusted_after_the_next_key_set(world, seeds, approver):
    assert "Gắn ít nhất hai thiết bị" in approver.get(DEVICES).text
    assert enrol(approver).status_code == 303
    page = approver.get(DEVICES).text
    assert "Chờ ký bộ khóa" in page
    assert kid() in page
    sign_sets(world, seeds)
    assert "Dùng được" in approver.get(DEVICES).text
    (key,) = [key for one in world.ask(published_key_sets) for key in one.keys if key.kid == kid()]
    assert (key.alg, key.rp_id, key.public, key.holder) == (
        "WebAuthn-ES256",
        "loa.example",
        PHONE.public,
        "duyet",
    )
    (row,) = approver.get("/api/v1/me/passkeys").json()
    assert approver.post(f"{DEVICES}/{row['id']}/ten", data={"ten": "Máy  mới"}).status_code == 303
    assert approver.get("/api/v1/me/passkeys").json()[0]["name"] == "Máy mới"


def test_a_stolen_session_without_the_password_enrols_no_device(world, approver):
    for typed, status in (("", 422), ("không đúng đâu", 403)):
        assert enrol(approver, mat_khau=typed).status_code == status
    with world.store.read() as session:
        assert session.scalars(select(Passkey)).all() == []


@pytest.mark.parametrize(
    "deceit",
    [{"rp_id": "evil.example"}, {"origin": "https://evil.example"}, {"flags": 0x01}, {"flags": 0x04}],
)
def test_a_device_at_another_site_or_without_its_person_is_not_enrolled(approver, deceit):
    assert enrol(approver, PHONE.but(**deceit)).status_code == 403


def test_an_answer_to_another_challenge_or_too_late_enrols_nothing(world, approver):
    assert enrol(approver, tra_loi=json.dumps(PHONE.created(b"\0" * 32))).status_code == 403
    begun = approver.post(f"{DEVICES}/bat-dau", headers=SCRIPT).json()
    world.later(minutes=11)
    assert enrol(approver, luc=begun["at"]).status_code == 422
    for answer in ("", "{}", "[]", '{"id": 1}', "x" * 17_000):
        assert enrol(approver, tra_loi=answer).status_code in {403, 422}


def test_one_device_is_enrolled_once_and_a_person_has_several(world, seeds, enrolled):
    assert enrol(enrolled).status_code == 409
    assert enrol(enrolled, OTHER, "Khóa bảo mật").status_code == 303
    sign_sets(world, seeds)
    bulletin, _ = world.submitted()
    page = enrolled.get(f"/duyet/{bulletin}").text
    assert "Duyệt bằng Điện thoại" in page
    assert "Duyệt bằng Khóa bảo mật" in page
    assert "Ký bằng mật khẩu" in page


def test_who_signs_nothing_enrols_nothing(sign_in):
    assert enrol(sign_in("kythuat"), who="kythuat").status_code == 403


def test_an_approver_signs_what_the_page_shows_and_a_node_accepts_it(world, enrolled, heard):
    asked = ask(enrolled, heard).json()
    assert "Duyệt «Phòng, chống bão số 13», phiên bản 1." in asked["words"]
    assert "Được phát tại: Khánh Hòa · cao nhất: ưu tiên" in asked["words"].replace("Tỉnh ", "")
    assert (asked["rp_id"], asked["kid"]) == ("loa.example", kid())
    assert state_of(world, heard) is BulletinState.SUBMITTED
    assert give(enrolled, heard, asked, PHONE.touched(asked["challenge"])).status_code == 303
    approved = approval_of(world, heard)
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    found = verify(approved.jws, Approval, trusted, world.now())
    assert (found.approver, found.author, found.recording) == ("duyet", "canbo", RECORDING)
    assert found.approved_at == approved.approved_at
    (entry,) = acts(world, "bulletin.approved")
    assert entry.detail["kid"] == kid()
    assert "ký lần cuối" in enrolled.get(DEVICES).text


def test_a_stolen_session_without_the_device_approves_nothing(world, enrolled, heard):
    asked = ask(enrolled, heard).json()
    signed = OTHER.touched(asked["challenge"])
    for forged in (signed, "", "a.b.c", ".".join(["QQ"] * 3), "x" * 1_401, signed.rpartition(".")[0]):
        assert give(enrolled, heard, asked, forged).status_code in {403, 422}
    assert state_of(world, heard) is BulletinState.SUBMITTED
    assert len(acts(world, "bulletin.approval-refused")) >= 1


def test_a_signature_given_for_one_bulletin_is_none_for_another(world, enrolled, heard):
    second, _ = world.submitted("Phát quà Tết", "Mời bà con đến nhận quà.")
    asked = ask(enrolled, heard).json()
    signed = PHONE.touched(asked["challenge"])
    assert give(enrolled, second, asked, signed).status_code == 403
    assert state_of(world, second) is BulletinState.SUBMITTED


def test_what_changed_between_reading_and_signing_is_not_approved(world, enrolled, heard):
    asked = ask(enrolled, heard).json()
    with world.store.write() as session:
        get_bulletin(session, heard).highest_grade = Grade.EMERGENCY
    reply = give(enrolled, heard, asked, PHONE.touched(asked["challenge"]), muc="emergency")
    assert reply.status_code == 403
    assert "không khớp với nội dung" in reply.text
    assert state_of(world, heard) is BulletinState.SUBMITTED


def test_a_signature_is_good_for_five_minutes_and_for_its_own_instant(world, enrolled, heard):
    asked = ask(enrolled, heard).json()
    signed = PHONE.touched(asked["challenge"])
    later = asked | {"at": (world.now() + timedelta(seconds=1)).isoformat()}
    world.later(minutes=6)
    assert give(enrolled, heard, asked, signed).status_code == 403
    assert give(enrolled, heard, later, signed).status_code == 403
    assert state_of(world, heard) is BulletinState.SUBMITTED


@pytest.mark.parametrize(
    "deceit", [{"origin": "https://evil.loa.example"}, {"rp_id": "evil.example"}, {"flags": 0x01}]
)
def test_a_signature_from_another_page_or_without_the_person_is_refused(world, enrolled, heard, deceit):
    asked = ask(enrolled, heard).json()
    reply = give(enrolled, heard, asked, PHONE.but(**deceit).touched(asked["challenge"]))
    assert reply.status_code in {403, 422}
    assert state_of(world, heard) is BulletinState.SUBMITTED


def test_nobody_signs_by_the_device_of_another(world, seeds, enrolled, heard, sign_in):
    administrator = sign_in("quantri")
    assert enrol(administrator, OTHER, who="quantri").status_code == 303
    sign_sets(world, seeds)
    assert ask(enrolled, heard, khoa=OTHER.kid(Role.ADMINISTRATOR)).status_code == 404
    asked = ask(enrolled, heard).json()
    signed = OTHER.touched(asked["challenge"])
    assert give(enrolled, heard, asked, signed, khoa=OTHER.kid(Role.ADMINISTRATOR)).status_code == 403
    assert state_of(world, heard) is BulletinState.SUBMITTED


def test_the_databases_holder_can_make_no_signature_that_a_node_takes(world, enrolled, heard):
    """A key of one's own in the tables, called trusted: the station is deceived, and nodes are not."""
    with world.store.write() as session:
        mine = update(HeldKey).where(HeldKey.kid == kid()).values(public=OTHER.public)
        session.execute(mine)
    asked = ask(enrolled, heard).json()
    assert give(enrolled, heard, asked, OTHER.touched(asked["challenge"])).status_code == 303
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    with pytest.raises(NotTrusted):
        verify(approval_of(world, heard).jws, Approval, trusted, world.now())


def test_programs_of_the_person_sign_by_json(enrolled, heard):
    wish = {"revision": 1, "recording": RECORDING}
    asked = enrolled.post(f"/api/v1/bulletins/{heard}/approve/passkey", json=wish | {"kid": kid()}).json()
    given = {"kid": asked["kid"], "at": asked["at"], "signature": PHONE.touched(asked["challenge"])}
    reply = enrolled.post(f"/api/v1/bulletins/{heard}/approve", json=wish | {"passkey": given})
    assert (reply.status_code, reply.json()["state"]) == (200, "approved")


def test_an_administrator_signs_a_policy_by_a_device(world, seeds, sign_in):
    client = sign_in("quantri")
    assert enrol(client, OTHER, who="quantri").status_code == 303
    sign_sets(world, seeds)
    page = client.get(f"/quy-dinh/{PROVINCE}").text
    version = page.partition('name="phien_ban" value="')[2].partition('"')[0]
    mine = OTHER.kid(Role.ADMINISTRATOR)
    form = {"am_luong": "70", "phut": "90", "tu": "22:00", "den": "05:00", "phien_ban": version, "khoa": mine}
    asked = client.post(f"/quy-dinh/{PROVINCE}", data=form | {"hoi": "1"}, headers=SCRIPT).json()
    assert "giờ yên lặng 22:00–05:00; âm lượng lớn nhất 70%" in asked["words"]
    form |= {"luc": asked["at"], "chu_ky": OTHER.touched(asked["challenge"]), "viec": "ky"}
    louder = form | {"am_luong": "100"}
    assert client.post(f"/quy-dinh/{PROVINCE}", data=louder).status_code == 403
    assert client.post(f"/quy-dinh/{PROVINCE}", data=form).status_code == 303
    with world.store.read() as session:
        assert published_policies(session, PROVINCE)[0].loudest_volume == 70


def test_a_removed_device_signs_nothing_more_and_its_signatures_stay(world, seeds, enrolled, heard, sign_in):
    asked = ask(enrolled, heard).json()
    give(enrolled, heard, asked, PHONE.touched(asked["challenge"]))
    (row,) = enrolled.get("/api/v1/me/passkeys").json()
    assert enrolled.post(f"{DEVICES}/{row['id']}/bo", data={"mat_khau": "sai"}).status_code == 403
    reply = sign_in("quantri").request(
        "DELETE", f"/api/v1/operators/duyet/passkeys/{row['id']}", json={"proof": PASSWORDS["quantri"]}
    )
    assert reply.status_code == 204
    assert acts(world, "passkey.removed")[0].by == world.people["quantri"].id
    with world.store.read() as session:
        told = session.scalars(select(Notice.sentence).where(Notice.operator == world.approver.id)).all()
    assert any("bỏ khóa ký trên thiết bị «Điện thoại»" in one for one in told)
    second, _ = world.submitted("Tin thứ hai")
    assert ask(enrolled, second).status_code == 404
    sign_sets(world, seeds)
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    assert verify(approval_of(world, heard).jws, Approval, trusted, world.now())


def test_a_lost_device_is_replaced_by_another(world, seeds, enrolled):
    (row,) = enrolled.get("/api/v1/me/passkeys").json()
    assert (
        enrolled.post(f"{DEVICES}/{row['id']}/bo", data={"mat_khau": PASSWORDS["duyet"]}).status_code == 303
    )
    assert enrol(enrolled, OTHER, "Điện thoại mới").status_code == 303
    sign_sets(world, seeds)
    (again,) = enrolled.get("/api/v1/me/passkeys").json()
    assert (again["name"], again["is_trusted"]) == ("Điện thoại mới", True)


@pytest.mark.usefixtures("enrolled")
def test_a_new_password_leaves_the_devices_as_they_are(world):
    world.do(reset_password, world.approver.id, "một mật khẩu khác hẳn", by=world.people["quantri"])
    with world.store.read() as session:
        assert session.get_one(HeldKey, kid()).retired_at is None


@pytest.mark.usefixtures("enrolled")
def test_the_end_of_a_devices_key_is_told_to_its_person_in_time(world):
    world.later(days=700)
    (one,) = [end for end in world.ask(endings, world.now()) if end.subject.startswith("passkey.")]
    assert one.sentence(world.now()).startswith(
        "Khóa trên thiết bị «Điện thoại» của Lê Minh Đức hết hạn ngày"
    )
    assert one.also == {world.approver.id}


@pytest.mark.usefixtures("enrolled")
def test_a_device_whose_key_ends_soon_is_enrolled_again(world, approver):
    credential = base64url(PHONE.credential)
    begun = approver.post(f"{DEVICES}/bat-dau", headers=SCRIPT).json()
    assert [one["id"] for one in begun["options"]["excludeCredentials"]] == [credential]
    world.later(days=650)
    with world.store.read() as session:
        assert credentials_of(session, world.approver.id, PHONE.rp_id, world.now()) == []


def test_passkeys_are_not_required_while_somebody_would_be_left_out(sign_in):
    client = sign_in("quantri")
    assert "Lê Minh Đức" in client.get("/nguoi-dung").text
    form = {"bat": "1", "xac_nhan": PASSWORDS["quantri"]}
    reply = client.post("/nguoi-dung/khoa-thiet-bi", data=form)
    assert reply.status_code == 409
    assert "Chưa bật: Lê Minh Đức chưa có khóa trên thiết bị" in reply.text
    assert client.get("/api/v1/station/passkeys").json() == {"required": False, "lacking": ["duyet"]}


def test_where_passkeys_are_required_no_password_approves_at_the_station_or_at_a_node(
    world, seeds, enrolled, heard, sign_in
):
    sealed = world.ask(held_key, world.approver.id, Role.APPROVER, world.now(), is_sealed=True).kid
    client = sign_in("quantri")
    body = {"required": True, "proof": PASSWORDS["quantri"]}
    assert client.put("/api/v1/station/passkeys", json=body).status_code == 204
    form = {"phien_ban": "1", "tep": RECORDING, "mat_khau": PASSWORDS["duyet"]}
    reply = enrolled.post(f"/duyet/{heard}/duyet", data=form)
    assert reply.status_code == 403
    assert "ký bằng khóa trên thiết bị, không bằng mật khẩu" in reply.text
    assert 'id="mat_khau"' not in reply.text
    sign_sets(world, seeds)
    assert sealed not in {key.kid for one in world.ask(published_key_sets) for key in one.keys}
    asked = ask(enrolled, heard).json()
    assert give(enrolled, heard, asked, PHONE.touched(asked["challenge"])).status_code == 303
    world.do(reset_password, world.approver.id, "một mật khẩu khác hẳn", by=world.people["quantri"])
    assert world.ask(held_key, world.approver.id, Role.APPROVER, world.now(), is_sealed=True) is None
    off = {"xac_nhan": PASSWORDS["quantri"]}
    assert client.post("/nguoi-dung/khoa-thiet-bi", data=off).status_code == 303
    assert [len(acts(world, f"passkeys.{act}")) for act in ("required", "not-required")] == [1, 1]


def test_a_station_without_a_name_says_so_and_signs_by_password(world, approver):
    world.settings = Settings(home=world.settings.home, address="https://10.0.0.5")
    assert "Đài chưa có tên miền riêng" in approver.get(DEVICES).text
    assert approver.post(f"{DEVICES}/bat-dau", headers=SCRIPT).json()["code"] == "passkey.no-site"
    bulletin, _ = world.submitted()
    assert 'id="mat_khau"' in approver.get(f"/duyet/{bulletin}").text
