"""What could be done on pages alone, done by programs."""

from datetime import timedelta

import pytest

from controller.features.accounts.queries import operator_named
from controller.features.fleet.queries import get_node
from controller.features.listeners.service import report_trouble
from controller.model.airing_states import AiringState
from devices.ids import NodeId
from tests.integration.web.site_world import BAC_NHA_TRANG, PASSWORDS
from tests.integration.web.test_schedules_api import PLACE, RULE, asked

API = "/api/v1"


def test_an_airing_is_moved(world, officer):
    airing, _ = world.approved_airing(areas=("22366",), seconds=7200)
    to = (world.now() + timedelta(hours=5)).isoformat()
    moved = officer.post(f"{API}/airings/{airing}/move", json={"to": to})
    assert moved.status_code == 200, moved.text
    new = moved.json()["airing"]
    assert new != airing
    states = {one["id"]: one["state"] for one in officer.get(f"{API}/airings").json()}
    assert states[airing] == AiringState.CANCELLED
    assert states[new] in {AiringState.PLANNED, AiringState.DELIVERING}


def test_a_schedule_gets_another_rule_unless_somebody_else_gave_it_one(world, officer):
    made = officer.post(PLACE, json=asked(world.submitted()[0])).json()
    late = {"rule": RULE | {"at": "18:00:00"}, "based_on": made["version"]}
    changed = officer.put(f"{PLACE}/{made['id']}", json=late)
    assert changed.status_code == 200, changed.text
    assert "T180000" in changed.json()["rule"]
    assert changed.json()["version"] != made["version"]
    assert officer.put(f"{PLACE}/{made['id']}", json=late | {"rule": RULE}).status_code == 409


def test_a_recording_that_failed_is_made_again(world, officer):
    bulletin, rendering = world.submitted(rendered=False)
    world.fail(rendering)
    again = officer.post(f"{API}/bulletins/{bulletin}/render-again")
    assert (again.status_code, again.json()["rendering"]["state"]) == (200, "waiting")
    assert officer.post(f"{API}/bulletins/{bulletin}/render-again").status_code == 409


def test_what_a_loudspeaker_missed_is_aired_to_it_again(world, officer):
    missed = world.nodes[0]
    airing = world.aired(without=(missed,))
    when = {"starts_in_seconds": 600}
    again = officer.post(f"{API}/airings/{airing}/again", json={"nodes": [missed], **when})
    assert again.status_code == 201, again.text
    rows = officer.get(f"{API}/airings/{again.json()['id']}/deliveries").json()
    assert [one["node"] for one in rows] == [missed]
    assert officer.post(f"{API}/airings/{airing}/again", json={"nodes": ["x"], **when}).status_code == 409


def test_a_listener_is_answered(world, officer):
    row, _ = world.do(report_trouble, NodeId(f"loa-{BAC_NHA_TRANG}-1"), trouble="broken", words="Rè.")
    (seen,) = officer.get(f"{API}/listener-reports").json()
    assert (seen["id"], seen["words"], seen["answer"]) == (row.id, "Rè.", None)
    place = f"{API}/listener-reports/{row.id}/answer"
    assert officer.post(place, json={"answer": "Đã thay loa."}).status_code == 204
    assert officer.get(f"{API}/listener-reports").json()[0]["answer"] == "Đã thay loa."


def test_a_bulletin_becomes_a_template(world, sign_in):
    bulletin, _ = world.submitted("Họp thôn")
    approver = sign_in("duyet")
    kept = approver.post(f"{API}/bulletins/{bulletin}/template")
    assert (kept.status_code, kept.json()["title"]) == (201, "Họp thôn"), kept.text
    assert "Họp thôn" in {one["title"] for one in approver.get(f"{API}/templates").json()}
    assert approver.post(f"{API}/bulletins/{bulletin}/template").status_code == 409


@pytest.mark.parametrize(("proof", "status"), [(PASSWORDS["quantri"], 204), ("sai", 403)])
def test_a_person_is_moved_to_another_area_with_proof(world, sign_in, proof, status):
    ruler = sign_in("quantri")
    moved = ruler.post(f"{API}/operators/canbo/move", json={"area": "22366", "proof": proof})
    assert moved.status_code == status, moved.text
    assert (world.ask(operator_named, "canbo").area == "22366") == (status == 204)


def test_accounts_are_kept_by_json_with_proof(world, sign_in):
    ruler, proof = sign_in("quantri"), {"proof": PASSWORDS["quantri"]}
    asked = {"name": "moi", "display_name": "Người mới", "roles": ["officer"], "area": "22366"}
    assert ruler.post(f"{API}/operators", json=asked).status_code == 422  # no proof
    made = ruler.post(f"{API}/operators", json=asked | proof)
    assert (made.status_code, made.json()["name"]) == (201, "moi"), made.text
    place = f"{API}/operators/moi"
    assert ruler.post(f"{place}/roles", json={"roles": ["technician"]} | proof).status_code == 204
    assert world.ask(operator_named, "moi").roles == {"technician"}
    assert ruler.post(f"{place}/disable", json=proof).status_code == 204
    assert ruler.post(f"{place}/enable", json=proof).status_code == 204
    renewed = ruler.post(f"{place}/password", json=proof)
    assert renewed.status_code == 200
    assert renewed.json()["password"] != made.json()["password"]


def test_a_node_is_retired_and_a_test_prepared_by_json(world, sign_in):
    prepared = sign_in("canbo").post(f"{API}/speaker-tests")
    assert (prepared.status_code, bool(prepared.json()["bulletin"])) == (201, True), prepared.text
    node = f"loa-{BAC_NHA_TRANG}-1"
    assert sign_in("kythuat").post(f"{API}/nodes/{node}/retire").status_code == 204
    assert world.ask(get_node, NodeId(node)).retired_at is not None
