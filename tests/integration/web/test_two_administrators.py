"""Two administrators sign together what silences or moves loudspeakers; one alone changes nothing."""

import json

import pytest

from controller.errors import BadInput, Conflict
from controller.features.accounts.service import create_operator
from controller.features.accounts.sessions import Tries
from controller.features.accounts.sessions import sign_in as come_in
from controller.features.confirmations.operations import confirm_proposal
from controller.features.fleet.queries import get_node
from controller.features.notices.queries import notices_of
from controller.features.plans.administrators import administrators_needed, administrators_stated
from controller.features.plans.checks import nothing_is_signed_by_too_few
from controller.features.plans.key_set_signing import PersonsAsked, sign_key_sets
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.proposals import PROPOSAL_LIFE
from controller.features.plans.queries import published, published_key_sets
from controller.model.notices import NoticeKind
from controller.model.permissions import OperatorRole
from controller.model.plan_states import DocumentKind
from controller.settings import Settings
from devices.approvals import check_rulers
from devices.enrolment import Place
from devices.ids import Role
from devices.passkeys import unbase64url
from devices.signing import TrustedKeys, verified_by_all
from devices.statements import Policy
from tests.integration.web.signing_by_device import OTHER, PHONE
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE
from tests.support.site_client import SiteClient

SECOND = "mật khẩu của người thứ hai"


def open_account(world, name, password, area=PROVINCE):
    return world.do(
        create_operator,
        name=name,
        display_name=name.title(),
        roles={OperatorRole.ADMINISTRATOR},
        area=area,
        password=password,
        by=None,
    )


@pytest.fixture
def two(world, seeds):
    """A second administrator of the province whom loudspeakers know."""
    world.root_key = seeds.root_key
    alone = {"administrator": world.people["quantri"], "password": PASSWORDS["quantri"]}
    world.do(sign_policy, area=PROVINCE, **alone, loudest_volume=90)
    person = open_account(world, "quantri2", SECOND)
    sign_keys(world)
    return person


@pytest.fixture
def first(sign_in):
    return sign_in("quantri")


@pytest.fixture
def second(world, two, site):  # noqa: ARG001 - signs in as that person
    token = come_in(
        world.store, name="quantri2", password=SECOND, address="t", tries=Tries(), now=world.now()
    )
    client = SiteClient(site, follow_redirects=False)
    client.cookies.set("loa", token)
    return client


def sign_keys(world, **persons):
    with world.store.write() as session:
        return sign_key_sets(
            session, root_key=world.root_key, now=world.now(), persons=PersonsAsked(**persons)
        )


def propose_policy(client, loudest="60"):
    form = {"am_luong": loudest, "phut": "120", "viec": "ky", "mat_khau": PASSWORDS["quantri"]}
    return client.post(f"/quy-dinh/{PROVINCE}", data=form, follow_redirects=True)


def policy_row(world, area=PROVINCE):
    return world.ask(published, DocumentKind.POLICY, area)


def waiting(client):
    return client.get("/api/v1/proposals").json()["proposals"]


def accepted(world, row, model, areas):
    """What a loudspeaker that asks for two says of a document."""
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    message, keys = verified_by_all(row.payload, model, trusted, world.now())
    check_rulers(message, keys, areas, 2)
    return message


def test_one_administrators_policy_waits_and_the_second_sees_in_words_what_it_changes(
    world, first, second, two
):
    before = policy_row(world)
    page = propose_policy(first)
    assert "có hiệu lực khi một quản trị nữa ký" in page.text
    assert policy_row(world).version == before.version, "nothing is done yet"
    (one,) = waiting(second)
    assert "âm lượng lớn nhất 60%" in one["words"]
    assert "(trước: " in one["words"]
    told = world.ask(notices_of, two.id)
    assert any(row.kind is NoticeKind.SECOND_SIGNATURE and "60%" in row.sentence for row in told)
    assert "âm lượng lớn nhất 60%" in second.get("/cho-ky").text
    assert "Chờ một quản trị khác ký" in first.get("/cho-ky").text


def test_the_second_confirms_and_loudspeakers_that_ask_for_two_take_it(world, first, second, two):
    propose_policy(first)
    (one,) = waiting(second)
    page = second.post(f"/cho-ky/{one['id']}/ky", data={"mat_khau": SECOND}, follow_redirects=True)
    assert "Đã ký. Thay đổi có hiệu lực." in page.text
    row = policy_row(world)
    assert accepted(world, row, Policy, (PROVINCE,)).loudest_volume == 60
    assert (row.signed_by, row.confirmed_by) == (world.people["quantri"].id, two.id)
    assert waiting(second) == []
    assert not [row for row in world.ask(notices_of, two.id) if row.read_at is None]


@pytest.mark.usefixtures("two")
def test_nobody_is_the_second_of_what_they_signed_first(first):
    propose_policy(first)
    (one,) = waiting(first)
    answer = first.post(f"/api/v1/proposals/{one['id']}/confirm", json={"password": PASSWORDS["quantri"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "proposal.own")
    assert len(waiting(first)) == 1


def test_a_wrong_password_confirms_nothing_and_is_in_the_journal(first, second):
    propose_policy(first)
    (one,) = waiting(second)
    answer = second.post(f"/api/v1/proposals/{one['id']}/confirm", json={"password": "không phải"})
    assert (answer.status_code, answer.json()["code"]) == (403, "operator.wrong-password")
    assert len(waiting(second)) == 1
    assert "nhập sai mật khẩu khi ký cùng" in first.get("/nhat-ky").text


def test_what_was_put_aside_or_is_old_is_not_confirmed(world, first, second, two):
    propose_policy(first)
    (one,) = waiting(second)
    assert second.post(f"/api/v1/proposals/{one['id']}/withdraw").status_code == 200
    again = second.post(f"/api/v1/proposals/{one['id']}/confirm", json={"password": SECOND})
    assert (again.status_code, again.json()["code"]) == (409, "proposal.closed")
    propose_policy(first, "50")
    (one,) = waiting(second)
    world.later(days=PROPOSAL_LIFE.days, minutes=1)
    with pytest.raises(Conflict, match="Quá 7 ngày"):
        world.do(confirm_proposal, one["id"], by=two, password=SECOND)


def test_a_policy_that_was_signed_meanwhile_makes_the_older_proposal_void(world, first, second):
    propose_policy(first)
    world.later(minutes=1)
    propose_policy(first, "70")
    old, new = waiting(second)
    assert second.post(f"/api/v1/proposals/{new['id']}/confirm", json={"password": SECOND}).status_code == 200
    answer = second.post(f"/api/v1/proposals/{old['id']}/confirm", json={"password": SECOND})
    assert (answer.status_code, answer.json()["code"]) in {(409, "policy.newer"), (409, "proposal.changed")}


def test_a_loudspeaker_is_moved_by_two(world, first, second):
    node = world.nodes[0]
    here = world.ask(get_node, node).area
    to = NHA_TRANG if here != NHA_TRANG else BAC_NHA_TRANG
    body = {"to": to, "password": PASSWORDS["quantri"]}
    answer = first.post(f"/api/v1/nodes/{node}/move", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["nodes"] == 0
    assert world.ask(get_node, node).area == here
    name = answer.json()["proposal"]
    assert second.post(f"/api/v1/proposals/{name}/confirm", json={"password": SECOND}).status_code == 200
    assert world.ask(get_node, node).area == to
    row = world.ask(published, DocumentKind.PLACE, node)
    assert accepted(world, row, Place, (PROVINCE, here)).areas == (PROVINCE, to)


@pytest.mark.usefixtures("two")
def test_a_merger_takes_no_area_from_a_loudspeaker_so_one_signs_it(first):
    body = {"of": [NHA_TRANG], "code": "22999", "name": "Phường Mới", "kind": "Phường"}
    answer = first.post("/api/v1/areas/merge", json=body | {"password": PASSWORDS["quantri"]})
    assert answer.json()["proposal"] is None
    assert answer.json()["nodes"] == 2


def test_a_province_with_one_administrator_goes_on_alone(world, first):
    assert world.ask(administrators_needed, world.now()) == 1
    assert "Đã ký quy định mới." in propose_policy(first).text
    assert policy_row(world).second_kid is None


def test_the_root_asks_loudspeakers_for_two_once_two_have_signed_what_is_in_force(world, first, second):
    assert world.ask(administrators_stated) == 1, "the policy of before has one signature"
    with pytest.raises(Conflict, match="mới một quản trị ký"):
        sign_keys(world, administrators=2)
    propose_policy(first)
    (one,) = waiting(second)
    second.post(f"/api/v1/proposals/{one['id']}/confirm", json={"password": SECOND})
    sign_keys(world)
    assert world.ask(administrators_stated) == 2
    with world.store.read() as session:
        assert not list(nothing_is_signed_by_too_few(session, world.now()))
    sign_keys(world)
    assert world.ask(administrators_stated) == 2, "it is lowered by nothing but the root's own word"
    sign_keys(world, administrators=1)
    assert world.ask(administrators_stated) == 1


def test_no_more_are_asked_for_than_there_are(world, seeds):
    world.root_key = seeds.root_key
    with pytest.raises(BadInput, match="chỉ có 1 quản trị"):
        sign_keys(world, administrators=2)


@pytest.mark.usefixtures("two")
def test_a_program_on_the_server_signs_alone_no_more(world):
    with pytest.raises(Conflict, match="hai quản trị"):
        world.do(
            sign_policy,
            area=PROVINCE,
            administrator=world.people["quantri"],
            password=PASSWORDS["quantri"],
            loudest_volume=10,
        )
    assert json.loads(policy_row(world).document)["loudest_volume"] != 10


def device(client, world, phone, who, password):
    """Enrol a device that loudspeakers know; return the name of its key."""
    begun = client.post("/api/v1/me/passkeys/begin", json={}).json()
    answer = phone.created(unbase64url(begun["options"]["challenge"]))
    body = {"name": who, "password": password, "at": begun["at"], "answer": answer}
    made = client.post("/api/v1/me/passkeys", json=body)
    assert made.status_code == 201, made.text
    sign_keys(world)
    return phone.kid(Role.ADMINISTRATOR)


def by_device(client, phone, kid, path, body):
    """Ask what the device is to sign, and sign it; return the answer."""
    asked = client.post(f"{path}/passkey", json=body | {"kid": kid})
    assert asked.status_code == 200, asked.text
    told = asked.json()
    given = {"kid": kid, "at": told["at"], "signature": phone.touched(told["challenge"])}
    return client.post(path, json=body | {"passkey": given})


def test_two_administrators_sign_a_policy_and_a_move_by_their_devices(world, first, second):
    world.settings = Settings(home=world.settings.home, address=PHONE.origin)
    one = device(first, world, PHONE, "một", PASSWORDS["quantri"])
    two = device(second, world, OTHER, "hai", SECOND)
    done = by_device(first, PHONE, one, f"/api/v1/policies/{PROVINCE}", {"loudest_volume": 55})
    assert done.status_code == 201, done.text
    path = f"/api/v1/proposals/{done.json()['proposal']}/confirm"
    assert by_device(second, OTHER, two, path, {}).status_code == 200
    assert accepted(world, policy_row(world), Policy, (PROVINCE,)).loudest_volume == 55
    node = world.nodes[0]
    to = NHA_TRANG if world.ask(get_node, node).area != NHA_TRANG else BAC_NHA_TRANG
    moved = by_device(first, PHONE, one, f"/api/v1/nodes/{node}/move", {"to": to})
    path = f"/api/v1/proposals/{moved.json()['proposal']}/confirm"
    assert by_device(second, OTHER, two, path, {}).status_code == 200
    assert world.ask(get_node, node).area == to


def test_limits_of_many_areas_wait_for_the_second_as_one_act(world, first, second, two):
    body = {"areas": [NHA_TRANG, BAC_NHA_TRANG], "loudest_volume": 65, "password": PASSWORDS["quantri"]}
    made = first.post("/api/v1/policies/many", json=body)
    assert made.status_code == 201, made.text
    assert policy_row(world, NHA_TRANG) is None
    (one,) = waiting(second)
    assert "Phường Nha Trang" in one["words"]
    assert "Phường Bắc Nha Trang" in one["words"]
    assert one["words"].count("âm lượng lớn nhất 65%") == 1, "equal changes are said once"
    path = f"/api/v1/proposals/{made.json()['proposal']}/confirm"
    assert first.post(path, json={"password": PASSWORDS["quantri"]}).status_code == 403
    assert second.post(path, json={"password": SECOND}).status_code == 200
    for area in (NHA_TRANG, BAC_NHA_TRANG):
        row = policy_row(world, area)
        assert accepted(world, row, Policy, (PROVINCE, area)).loudest_volume == 65
        assert (row.signed_by, row.confirmed_by) == (world.people["quantri"].id, two.id)


def test_one_of_many_policies_signed_meanwhile_voids_all_of_the_proposal(world, first, second):
    body = {"areas": [NHA_TRANG, BAC_NHA_TRANG], "loudest_volume": 65, "password": PASSWORDS["quantri"]}
    many = first.post("/api/v1/policies/many", json=body).json()["proposal"]
    world.later(minutes=1)
    one = first.post(
        f"/api/v1/policies/{NHA_TRANG}", json={"loudest_volume": 80} | {"password": body["password"]}
    )
    for proposal, status in ((one.json()["proposal"], 200), (many, 409)):
        answer = second.post(f"/api/v1/proposals/{proposal}/confirm", json={"password": SECOND})
        assert answer.status_code == status, answer.text
    assert policy_row(world, BAC_NHA_TRANG) is None
