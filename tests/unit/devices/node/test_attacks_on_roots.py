"""A root key is replaced under a loudspeaker, and a thief holds the former one; docs/protocol.md, Roots."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from devices import topics
from devices.ids import Role
from devices.jose import SigningKey
from tests.simulation.small_station import PROVINCE, YEAR
from tests.simulation.station_in_world import Scene
from tests.support.root_sets import chain, root_key, root_set, signed_by

LENGTH = 20_000


@pytest.fixture
def scene():
    return Scene()


def succeed(scene, *, with_keys=True):
    """Replace the root by a successor; the station's key sets are signed by it from then on."""
    keys, new = scene.station.keys, root_key(scene.now)
    text = chain(signed_by(root_set(1, scene.now, ("chi", new)), keys.root, new))
    scene.station.retain(topics.ROOTS, text.payload())
    scene.station.keys = replace(keys, root=new)
    if with_keys:
        scene.station.publish_keys()
    scene.run(3)
    return keys.root


def planned(scene, name="a1", in_s=20):
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    return scene.station.airing(name, rec, scene.in_s(in_s), LENGTH)


def heard(scene):
    return [(sound.arm.airing, sound.heard_ms >= LENGTH) for sound in scene.world.heard(scene.node)]


def reboot(scene):
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run(3)


def succeed_twice(scene):
    """Publish two successions at once, without new key sets; return the newest root key."""
    second, third = root_key(scene.now), root_key(scene.now)
    sets = (
        signed_by(root_set(1, scene.now, ("chi", second)), scene.station.keys.root, second),
        signed_by(root_set(2, scene.now, ("dung", third)), second, third),
    )
    scene.station.retain(topics.ROOTS, chain(*sets).payload())
    return third


def test_a_root_is_replaced_while_a_broadcast_sounds_and_nothing_is_interrupted(scene):
    scene.station.publish_plan("56", planned(scene, in_s=10))
    scene.run(15)
    succeed(scene)
    scene.run(30)
    assert heard(scene) == [("a1", True)]
    scene.station.publish_plan("56", planned(scene, "a2"))
    reboot(scene)
    scene.run(60)
    assert heard(scene)[1:] == [("a2", True)]
    assert scene.node.brain.counts["plan: unknown-key"] == 0


def off_until(scene, at):
    scene.world.switch_off(scene.node)
    scene.run((at - scene.now).total_seconds())
    scene.world.switch_on(scene.node)


def says(scene, name):
    """Return whether the node sounds a broadcast that is planned now."""
    scene.station.publish_plan("56", planned(scene, name))
    scene.run(60)
    return (name, True) in heard(scene)


def test_between_the_roots_and_their_key_sets_the_former_sets_go_on_for_a_week(scene):
    began = scene.now
    succeed(scene, with_keys=False)
    reboot(scene)
    scene.run(timedelta(hours=2).total_seconds())
    assert says(scene, "two-hours")
    off_until(scene, began + timedelta(days=6, hours=12))
    assert says(scene, "day-six")
    off_until(scene, began + timedelta(days=7, minutes=-4))
    assert says(scene, "just-before")
    assert scene.station.vitals[scene.node.id].missing == ()
    scene.station.publish_plan("56", planned(scene, "planned-before", in_s=240))
    scene.run(180)
    assert scene.node.brain.counts["plan: expired"] == 0
    assert not says(scene, "after")
    assert heard(scene)[-1] == ("just-before", True)
    assert scene.node.brain.counts["plan: expired"] >= 1, "the key set is over; nothing is withheld"
    scene.station.publish_keys()
    scene.run(400)
    assert says(scene, "new-keys")


def test_a_key_set_of_the_new_roots_is_withheld_whatever_its_version(scene):
    """Who has the former root gave its last set the highest version that a node takes."""
    station, now = scene.station, scene.station.now
    with_highest = timedelta(hours=20)
    station.now = lambda: now() + with_highest
    station._version, before = 0, station._version
    highest = station.next_version()
    station.now = now
    station._version = highest - 1
    station.publish_keys()
    station._version = before
    scene.run(3)
    succeed(scene, with_keys=False)
    held = station.newest_keys[PROVINCE]
    scene.run(600)
    assert station.vitals[scene.node.id].missing == ()
    station.newest_keys[PROVINCE] = station.next_version()  # signed by the new roots; the broker withholds it
    assert station.newest_keys[PROVINCE] < held
    scene.run(7200)
    assert station.vitals[scene.node.id].missing == ("keys/56",)
    assert not says(scene, "later")


def test_whoever_has_the_former_root_signs_no_key_set_any_more(scene):
    former = succeed(scene)
    station, new = scene.station, scene.station.keys
    thief = SigningKey.generate(Role.STATION, scene.now - timedelta(days=1), YEAR)
    station.keys = replace(new, root=former, station=thief)
    station.publish_keys()
    station.publish_plan("56", planned(scene))
    scene.run(60)
    assert heard(scene) == []
    assert scene.node.brain.counts["keys: unknown-key"] >= 1
    station.keys = new
    station.publish_keys()
    station.publish_plan("56", planned(scene, "a2"))
    scene.run(60)
    assert heard(scene) == [("a2", True)]


def test_a_node_that_followed_two_successions_at_once_goes_on_also_after_a_reboot(scene):
    scene.world.switch_off(scene.node)
    succeed_twice(scene)
    for _ in range(2):
        reboot(scene)
    assert says(scene, "a1")


def test_whoever_has_the_former_root_founds_no_second_line(scene):
    former, thief = succeed(scene), root_key(scene.now)
    fork = chain(signed_by(root_set(1, scene.now, ("trom", thief)), former, thief))
    scene.station.retain(topics.ROOTS, fork.payload())
    longer = chain(*fork.sets, signed_by(root_set(2, scene.now, ("trom", thief)), thief))
    scene.station.retain(topics.ROOTS, longer.payload())
    scene.run(3)
    assert scene.node.brain.counts["roots: unknown-key"] == 2
    assert scene.world.disk(scene.node).documents["roots"] != longer.payload()
    reboot(scene)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert heard(scene) == [("a1", True)]


def test_a_node_that_was_away_for_two_successions_follows_both(scene):
    scene.world.switch_off(scene.node)
    third = succeed_twice(scene)
    scene.station.keys = replace(scene.station.keys, root=third)
    scene.station.publish_keys()
    scene.world.switch_on(scene.node)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert heard(scene) == [("a1", True)]
    assert scene.station.retained[topics.keys(PROVINCE)] == scene.world.disk(scene.node).documents["keys/56"]
