"""The set-up of a new province: a line is done when what it asks for is so, and by nothing else."""

import json

import pytest

from controller.features.fleet.service import NewNode, enrol_nodes, note_states
from controller.features.plans.policy_signing import sign_policy
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Bulletin
from controller.settings import Settings
from devices.ids import NodeId
from devices.messages import NodeState
from devices.statements import QuietHours
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_pages import text_of


@pytest.fixture
def administrator(world, sign_in, tmp_path):
    world.settings = Settings(home=tmp_path)
    return sign_in("quantri")


def done(client):
    """Whether each line is done, by its task."""
    return {step["task"]: step["is_done"] for step in client.get("/api/v1/set-up").json()["steps"]}


def test_files_of_the_server_count_as_they_lie_there(world, administrator, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "root.json").write_text("{}")
    found = done(administrator)
    assert (found["root_key"], found["backup"], found["rehearsal"]) == (False, False, False)
    (tmp_path / "keys" / "root.json").unlink()
    at = world.now().isoformat()
    (tmp_path / "last-backup.json").write_text(json.dumps({"at": at, "file": "/a.tar", "size": 1}))
    page = text_of(administrator.get("/cai-dat/lap-dai"))
    assert "loa restore /a.tar --rehearsal" in page
    world.settings = world.settings.model_copy(update={"database_url": "postgresql+psycopg://x/y"})
    page = text_of(administrator.get("/cai-dat/lap-dai"))
    assert "loa restore /a.tar --rehearsal --database" in page  # without it the command is refused there
    (tmp_path / "last-rehearsal.json").write_text(json.dumps({"at": at, "made_at": at, "file": "/a.tar"}))
    found = done(administrator)
    assert (found["root_key"], found["backup"], found["rehearsal"]) == (True, True, True)


def test_a_policy_without_quiet_hours_is_not_enough(world, administrator):
    by = world.people["quantri"]
    rule = {"area": PROVINCE, "administrator": by, "password": PASSWORDS["quantri"]}
    rule |= {"loudest_volume": 80, "minutes_a_day": 60}
    world.do(sign_policy, quiet_hours=(), **rule)
    assert not done(administrator)["policy"]
    world.do(sign_policy, quiet_hours=(QuietHours(begins="22:00", ends="04:30"),), **rule)
    assert done(administrator)["policy"]


def test_simulated_loudspeakers_are_none_and_a_real_one_counts_when_it_was_heard(world, administrator):
    with world.store.write() as session:
        for node in world.nodes:
            session.execute(Delivery.__table__.delete().where(Delivery.node == node))
    new = NewNode(NodeId("kh-1"), NHA_TRANG, "Chợ Đầm")
    before = done(administrator)["node"]
    world.do(enrol_nodes, [NewNode(NodeId("sim-1"), NHA_TRANG, "Giả"), new], by=None)
    states = [
        NodeState(node=name, session=3, online=True, at=world.now(), software="x") for name in ("sim-1",)
    ]
    world.do(note_states, states)
    assert done(administrator)["node"] == before is False
    world.do(note_states, [states[0].model_copy(update={"node": new.id})])
    assert done(administrator)["node"]


def test_a_test_counts_when_a_real_loudspeaker_has_heard_it_to_its_end(world, administrator):
    airing, _ = world.approved_airing(areas=[NHA_TRANG])
    node = NodeId(f"loa-{NHA_TRANG}-1")
    with world.store.write() as session:
        session.get_one(Airing, airing).node = node
        session.get_one(Airing, airing).state = AiringState.AIRED
        session.get_one(Bulletin, session.get_one(Airing, airing).bulletin).test = True
        session.get_one(Delivery, (airing, node)).rung = int(DeliveryStage.STARTED)
    assert not done(administrator)["test"]
    with world.store.write() as session:
        session.get_one(Delivery, (airing, node)).rung = int(DeliveryStage.FINISHED)
        session.get_one(Delivery, (airing, node)).finished_at = world.now()
    assert done(administrator)["test"]


def test_it_says_who_is_lacking_and_is_for_who_keeps_the_province(administrator, officer):
    steps = {step["task"]: step for step in administrator.get("/api/v1/set-up").json()["steps"]}
    assert steps["people"]["is_done"]
    assert steps["keys"]["is_done"]
    assert steps["villages"]["is_optional"]
    assert officer.get("/cai-dat/lap-dai").status_code == 403
