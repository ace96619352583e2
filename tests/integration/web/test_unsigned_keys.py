"""An approver whose key no signed key set names is told so before approving, and approves nothing."""

import pytest
from sqlalchemy import delete, update

from controller.features.accounts.administration import reset_password
from controller.features.accounts.encryption import Sealing
from controller.features.accounts.queries import held_key
from controller.features.accounts.service import make_key
from controller.features.bulletins.queries import get_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.accounts import HeldKey
from controller.model.bulletin_states import BulletinState
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from devices.ids import Role
from tests.integration.web.site_world import PASSWORDS, Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

RECORDING = Made(mp3(), 8_000).recording
TOLD = "Loa chưa biết khóa ký của bạn"


def sign(world, seeds):
    world.do(sign_key_sets, root_key=seeds.root_key)


def take_out(world, *kids):
    """Make the keys ones that the key set does not name: as a new approver's is."""
    with world.store.write() as session:
        session.execute(update(HeldKey).where(HeldKey.kid.in_(kids)).values(in_key_set=False))


@pytest.fixture
def _unknown(world):
    """The key of an approver whom the key set does not name yet."""
    kid = world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid
    take_out(world, kid)


@pytest.mark.usefixtures("_unknown")
def test_an_approver_whom_loudspeakers_do_not_know_is_told_before_and_approves_nothing(
    world, approver, seeds
):
    bulletin, _ = world.submitted()
    page = approver.get(f"/duyet/{bulletin}").text
    assert TOLD in page
    assert "Đỗ Thị Mai" in page  # whom to ask
    assert "loa keys sign" in page
    assert 'name="mat_khau"' not in page
    assert TOLD in approver.get("/duyet").text
    assert TOLD in approver.get("/api/v1/me").json()["cannot_approve"]
    approver.get(f"/tep/{RECORDING}.mp3")
    asked = {"revision": 1, "recording": RECORDING, "password": PASSWORDS["duyet"], "declared": True}
    world.later(seconds=8)
    refused = approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "keys.not-in-key-set")
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED
    sign(world, seeds)
    assert approver.get("/api/v1/me").json()["cannot_approve"] is None
    assert approver.post(f"/api/v1/bulletins/{bulletin}/approve", json=asked).status_code == 200
    assert world.ask(get_bulletin, bulletin).state is BulletinState.APPROVED


@pytest.mark.usefixtures("_unknown")
def test_what_waits_for_a_signed_key_set_is_among_an_administrators_things_to_do(world, sign_in, seeds):
    administrator, officer = sign_in("quantri"), sign_in("canbo")
    assert "1 khóa ký chờ đưa tới loa" in administrator.get("/").text
    assert administrator.get("/api/v1/today").json()["keys_to_sign_for"] == 1
    assert "chờ đưa tới loa" not in officer.get("/").text
    sign(world, seeds)
    assert "chờ đưa tới loa" not in administrator.get("/").text


def test_a_successor_that_no_key_set_names_yet_leaves_the_key_before_it_in_use(world, seeds):
    before = world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid
    with world.store.write() as session:
        make_key(session, world.approver.id, Role.APPROVER, Sealing.by(PASSWORDS["duyet"]), world.now())
    assert world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid == before
    sign(world, seeds)
    assert world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid != before


def test_the_doctor_names_what_an_unknown_key_approved(world):
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    assert world.ask(invariants, now=world.now()) == []
    kid = world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid
    take_out(world, kid)
    found = world.ask(invariants, now=world.now())
    assert f"bulletin {bulletin}: no loudspeaker trusts its approver's key {kid}; sign the key set" in found


def test_keys_that_loudspeakers_do_not_trust_yet_are_told_on_the_pages_of_people(world, sign_in):
    world.do(reset_password, world.approver.id, PASSWORDS["quantri"], by=None)
    assert "người chưa tới loa. Người mới thêm" in text_of(sign_in("quantri").get("/nguoi-dung"))


def test_the_settings_page_tells_that_no_key_set_is_signed(world, sign_in):
    with world.store.write() as session:
        session.execute(delete(Published).where(Published.kind == DocumentKind.KEYS))
    assert "Chưa ký bộ khóa" in text_of(sign_in("quantri").get("/cai-dat"))
