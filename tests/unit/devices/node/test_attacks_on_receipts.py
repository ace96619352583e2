"""The broker alone makes a node delete no receipt: only the station's word, for this node, does."""

import json
import random
from datetime import timedelta

import pytest

from devices import topics
from devices.ids import NodeId, Role
from devices.jose import SigningKey
from devices.messages import ReceiptsCommitted, RefusedReceipt
from devices.signing import sign
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import Scene

LENGTH = 20_000


@pytest.fixture
def scene():
    """A node that has played an airing, and holds three receipts that the station does not answer."""
    scene = Scene()
    scene.station.commits = False
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    scene.station.publish_plan("56", scene.station.airing("a1", rec, scene.in_s(20), LENGTH))
    scene.run(60)
    assert len(held(scene)) == 3
    return scene


def held(scene):
    documents = scene.world.disk(scene.node).documents
    return [name.removeprefix("receipt/") for name in documents if name.startswith("receipt/")]


def answer(scene, node="n0"):
    return ReceiptsCommitted(node=NodeId(node), ids=tuple(held(scene)))


def say(scene, payload):
    scene.station.send(topics.receipt_committed(scene.node.id), payload, 1, False)
    scene.run(5)


def unsigned(scene):
    return answer(scene).payload()


def by_a_key_of_its_own(scene):
    return sign(answer(scene), SigningKey.generate(Role.STATION, scene.now, YEAR)).encode()


def by_an_administrator(scene):
    return scene.station.keys.administrator.sign_bytes(answer(scene).payload(), "loa-committed").encode()


def meant_for_another_node(scene):
    return sign(answer(scene, "n1"), scene.station.keys.station).encode()


def signed_as_another_kind(scene):
    return scene.station.keys.station.sign_bytes(answer(scene).payload(), "loa-plan").encode()


@pytest.mark.parametrize(
    "forge",
    [unsigned, by_a_key_of_its_own, by_an_administrator, meant_for_another_node, signed_as_another_kind],
)
def test_the_broker_alone_makes_a_node_delete_no_receipt(scene, forge):
    say(scene, forge(scene))
    assert len(held(scene)) == 3
    assert any(reason.startswith("receipt-committed: ") for reason in scene.node.brain.counts)
    scene.station.commits = True
    scene.run(90)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]


def test_the_broker_alone_has_no_receipt_refused(scene):
    refused = tuple(RefusedReceipt(id=one, code="bad-signature") for one in held(scene))
    told = ReceiptsCommitted(node=scene.node.id, ids=(), refused=refused)
    say(scene, json.dumps(json.loads(told.payload())).encode())
    assert len(held(scene)) == 3
    say(scene, sign(told, scene.station.keys.station).encode())
    assert held(scene) == []


def test_a_node_that_does_not_know_the_time_obeys_an_answer_of_the_station(scene):
    told = sign(answer(scene), scene.station.keys.station).encode()
    scene.world.switch_off(scene.node)
    scene.station.is_silent = True
    scene.world.switch_on(scene.node)
    scene.world.run_for(timedelta(seconds=5))
    assert not scene.node.brain.clock.is_set
    say(scene, told)
    assert held(scene) == []
