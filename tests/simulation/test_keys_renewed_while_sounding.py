"""Keys are renewed under a street of loudspeakers while a broadcast sounds: nothing is interrupted."""

import random
from datetime import timedelta

import pytest

from devices import topics
from devices.ids import Role
from devices.jose import SigningKey
from tests.simulation.small_station import YEAR, Keys, listed
from tests.simulation.station_in_world import Scene
from tests.support.nightly import amount
from tests.support.root_sets import chain, root_key, root_set, signed_by

STREET, CITY = amount(8, 100), amount(8, 500)
"""The station's key is renewed each year under all; other keys concern each loudspeaker by itself."""
pytestmark = pytest.mark.timeout(1200)  # 500 take some two minutes of a processor
LENGTH = 40_000


@pytest.fixture
def scene(request):
    scene = Scene(nodes=getattr(request, "param", STREET))
    recording = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    starts_at = scene.in_s(15)
    scene.airing = scene.station.airing(
        "a1", recording, starts_at, LENGTH, witnessed_at=scene.now.replace(microsecond=0)
    )
    scene.station.publish_plan("56", scene.airing)
    scene.run(20)  # five seconds of it
    return scene


def made(scene, role):
    return SigningKey.generate(role, scene.now - timedelta(days=1), YEAR)


def sign_by(scene, **changed):
    """The station goes on with other keys: everything is signed anew."""
    keys = vars(scene.station.keys) | changed
    scene.station.keys = Keys(**keys)
    for topic in [name for name in scene.station.retained if name.endswith("/manifest")]:
        del scene.station.retained[topic]
    scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    scene.station.publish_plan("56", scene.airing)


def unknown(node):
    return node.brain.counts["plan: unknown-key"], node.brain.counts["time: unknown-key"]


def assert_whole(scene):
    """Every loudspeaker has sounded it once, from its start to its end, and signed so."""
    scene.run(LENGTH / 1000 + 10)
    for node in scene.nodes:
        (sound,) = scene.world.heard(node)
        assert (sound.arm.offset_ms, sound.heard_ms >= LENGTH) == (0, True)
        assert scene.kinds("a1", node) == ["fetched", "started", "finished"]


@pytest.mark.slow
@pytest.mark.parametrize("scene", [CITY], indirect=True)
def test_the_stations_key_is_renewed_with_overlap(scene):
    before = [unknown(node) for node in scene.nodes]  # a plan may come before the first keys
    old, new = scene.station.keys.station, made(scene, Role.STATION)
    scene.station.publish_keys(new)
    scene.run(5)
    sign_by(scene, station=new)
    scene.run(5)
    keys = scene.station.keys
    retired = listed(old, retired_at=scene.now.replace(microsecond=0))
    told = (*map(listed, (new, keys.approver, keys.administrator)), retired)
    scene.station.publish_key_set(told)
    scene.run(5)
    scene.station.publish_keys()  # and the old one goes
    assert_whole(scene)
    assert [unknown(node) for node in scene.nodes] == before


@pytest.mark.slow
def test_the_stations_key_is_renewed_at_once_and_the_plan_comes_before_its_key(scene):
    new = made(scene, Role.STATION)
    old = scene.station.keys.station
    sign_by(scene, station=new)
    scene.run(2)
    scene.station.publish_keys(old)
    scene.run(5)
    scene.station.publish_keys()
    assert_whole(scene)


@pytest.mark.slow
def test_a_root_is_replaced_by_its_successor(scene):
    keys, new = scene.station.keys, root_key(scene.now)
    text = chain(signed_by(root_set(1, scene.now, ("chi", new)), keys.root, new))
    scene.station.retain(topics.ROOTS, text.payload())
    scene.station.keys = Keys(**vars(keys) | {"root": new})
    scene.station.publish_keys()
    assert_whole(scene)
    assert {node.brain._trust.ring.roots.version for node in scene.nodes} == {1}


@pytest.mark.slow
def test_an_approver_forgets_the_password(scene):
    keys, new = scene.station.keys, made(scene, Role.APPROVER)
    retired = listed(keys.approver, retired_at=scene.now.replace(microsecond=0))
    scene.station.publish_key_set((*map(listed, (keys.station, keys.administrator, new)), retired))
    assert_whole(scene)
