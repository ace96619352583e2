"""The broker withholds a revocation or a limit, or a former leader wakes up; docs/protocol.md.

The attacker holds the broker, and, where it says so, keys that were revoked.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from devices import topics
from devices.ids import Grade, Role
from devices.jose import SigningKey
from tests.simulation.small_station import PROVINCE, YEAR, listed
from tests.simulation.station_in_world import AREAS, Scene
from tests.support.nightly import amount

LENGTH = 20_000
HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def scene():
    return Scene()


def say_airing(scene, name, in_s, target="56", **how):
    recording = scene.station.add_recording(random.Random(name).randbytes(10_000), LENGTH)
    airing = scene.station.airing(name, recording, scene.in_s(in_s), LENGTH, **how)
    scene.station.publish_plan(target, airing)
    return airing


def heard(scene):
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def withhold(scene, topic):
    """The broker goes on to hold what it has, and takes nothing newer on this topic; return how it ends."""
    send = scene.station.send

    def withheld(of, payload, qos, retain):
        if of != topic:
            send(of, payload, qos, retain)

    scene.station.send = withheld
    return lambda: setattr(scene.station, "send", send)


def revoke(scene, key):
    """The station's next key set is without the key; the set with it is what the broker goes on to give."""
    scene.station.publish_keys(without=[key])
    scene.run(3)


def pass_a_day(scene):
    """A day passes; but by night it passes for the most part without a link, which is quickly simulated."""
    without = amount(DAY - HOUR, 0)
    scene.world.unplug(scene.node)
    scene.run(without)
    scene.world.plug_in(scene.node)
    scene.run(DAY - without)


def missing(scene):
    return scene.station.vitals[scene.node.id].missing


def test_the_broker_withholds_a_revocation(scene):
    give = withhold(scene, topics.keys(PROVINCE))
    scene.station.publish_keys()  # whatever it changed: the node sees only that it is newer
    scene.run(600)
    assert missing(scene) == ("keys/56",)
    say_airing(scene, "soon", 60)
    scene.run(120)
    assert heard(scene) == ["soon"], "some minutes may be a slow broker"
    scene.run(HOUR)
    say_airing(scene, "later", 60)
    scene.run(180)
    assert heard(scene) == ["soon"]
    (refused,) = [one for one in scene.station.of(scene.node.id, "later") if one.reason]
    assert refused.reason == "documents-withheld"
    give()
    scene.station.publish_keys()
    scene.run(5)
    say_airing(scene, "again", 60)
    scene.run(120)
    assert heard(scene) == ["soon", "again"]
    scene.run(120)
    assert missing(scene) == ()


def test_the_broker_withholds_a_revocation_and_cuts_the_power_each_half_hour(scene):
    withhold(scene, topics.keys(PROVINCE))
    scene.station.publish_keys()
    for _ in range(3):
        scene.run(HOUR / 2)
        scene.world.switch_off(scene.node)
        scene.world.switch_on(scene.node)
    scene.run(60)
    say_airing(scene, "later", 60)
    scene.run(120)
    assert heard(scene) == []


def test_an_alarm_sounds_for_a_day_without_the_newest_keys_and_no_longer(scene):
    withhold(scene, topics.keys(PROVINCE))
    scene.station.publish_keys()
    scene.run(DAY - HOUR)
    say_airing(scene, "alarm", 60, grade=Grade.EMERGENCY)
    scene.run(120)
    assert heard(scene) == ["alarm"]
    scene.run(2 * HOUR)
    say_airing(scene, "false", 60, grade=Grade.EMERGENCY)
    scene.run(120)
    assert heard(scene) == ["alarm"]


def test_the_broker_withholds_a_policy(scene):
    scene.station.publish_policy("56")
    scene.run(3)
    withhold(scene, topics.policy(PROVINCE))
    scene.station.publish_policy("56", quiet=[("00:00", "00:00")])
    scene.run(600)
    assert missing(scene) == ("policy/56",)
    scene.run(HOUR)
    say_airing(scene, "later", 60)
    scene.run(120)
    assert heard(scene) == []
    pass_a_day(scene)
    say_airing(scene, "alarm", 60, grade=Grade.EMERGENCY)
    scene.run(120)
    assert heard(scene) == ["alarm"], "a policy silences no alarm, so a missing one does not either"


def test_what_was_lost_on_its_way_is_asked_for_again_and_nothing_is_silent(scene):
    give = withhold(scene, topics.keys(PROVINCE))
    scene.station.publish_keys()
    scene.run(5)
    give()
    topic, broker = topics.keys(PROVINCE), scene.world.broker
    newest = scene.station.retained[topic]
    broker.retained[topic] = replace(broker.retained[topic], payload=newest)
    scene.run(400)
    assert scene.world.disk(scene.node).documents["keys/56"] == newest
    assert missing(scene) == ()


def test_a_version_from_the_far_future_or_of_another_area_silences_nobody(scene):
    scene.station.newest_keys = scene.station.newest_policies = {PROVINCE: 2**53 - 1, "57": 5}
    scene.run(2 * HOUR)
    say_airing(scene, "a1", 60)
    scene.run(120)
    assert heard(scene) == ["a1"]


def lead(scene, epoch_s):
    scene.station.epoch = int((scene.now + timedelta(seconds=epoch_s)).timestamp() * 1000)


def test_an_old_leader_wakes_up(scene):
    say_airing(scene, "before", 600)
    scene.run(3)
    lead(scene, 0)
    say_airing(scene, "true", 60)
    scene.run(5)
    new, scene.station.epoch = scene.station.epoch, scene.station.epoch - 1000
    say_airing(scene, "old", 30)  # a higher version, of a lower epoch
    scene.run(120)
    assert heard(scene) == ["true"]
    assert scene.node.brain.counts["plan: former-leader"] == 1
    assert scene.node.brain.counts["time: former-leader"] > 0
    scene.station.epoch = new
    say_airing(scene, "next", 30)
    scene.run(60)
    assert heard(scene) == ["true", "next"]


def test_an_old_leader_is_known_by_the_time_replies_alone_also_after_a_reboot(scene):
    lead(scene, 0)
    scene.run(400)
    scene.world.switch_off(scene.node)
    scene.station.epoch = 0
    scene.world.switch_on(scene.node)
    say_airing(scene, "old", 30)
    scene.run(120)
    assert heard(scene) == []


def test_a_plan_of_the_new_leader_replaces_a_higher_version_of_the_old(scene):
    say_airing(scene, "old", 60)
    scene.run(3)
    lead(scene, 0)
    recording = scene.station.add_recording(b"new", LENGTH)
    airing = scene.station.airing("new", recording, scene.in_s(60), LENGTH)
    scene.station.publish_plan("56", airing, version=5)
    scene.run(120)
    assert heard(scene) == ["new"]


def test_a_thief_of_the_stations_key_leads_no_further_than_a_day_and_no_longer_than_the_key(scene):
    thief = SigningKey.generate(Role.STATION, scene.now - timedelta(days=1), YEAR)
    scene.station.publish_keys(thief)
    scene.run(3)
    for ahead in (DAY / 2, 2 * DAY):
        epoch = int((scene.now + timedelta(seconds=ahead)).timestamp() * 1000)
        text = scene.station.signed_plan("56.1", [], key=thief, epoch=epoch)
        scene.station.retain(topics.plan("56.1"), text)
        scene.run(3)
    assert scene.node.brain.counts["plan: far-version"] == 1
    say_airing(scene, "kept-out", 30)
    scene.run(60)
    assert heard(scene) == []
    revoke(scene, thief)
    say_airing(scene, "true", 30)
    scene.run(60)
    assert heard(scene) == ["true"]


def test_a_fresh_key_of_a_thief_is_not_taken_for_the_newest(scene):
    key = SigningKey.generate(Role.APPROVER, scene.now - timedelta(days=1), YEAR)
    scene.station.publish_key_set((listed(key),), AREAS[1])
    scene.run(600)
    assert missing(scene) == ()


def test_what_was_withheld_of_a_ward_that_the_node_has_left_silences_it_no_more(scene):
    withhold(scene, topics.keys(AREAS[1]))
    scene.station.publish_key_set((), AREAS[1])
    scene.run(2 * HOUR)
    assert missing(scene) == (f"keys/{AREAS[1]}",)
    say_airing(scene, "there", 20)
    scene.run(60)
    scene.station._answer_time = lambda *_: None  # no reply says anew what there is
    scene.station.publish_place(scene.node.id, PROVINCE, "56.2")
    scene.run(3)
    say_airing(scene, "here", 20)
    scene.run(60)
    assert heard(scene) == ["here"]


def test_the_broker_withholds_a_place(scene):
    """The loudspeaker was moved: its former ward's keys and policy would bind it for good."""
    give = withhold(scene, topics.place(scene.node.id))
    scene.station.publish_policy(AREAS[1])
    scene.station.publish_place(scene.node.id, PROVINCE, "56.2")
    scene.station.newest_policies.pop(AREAS[1])  # the station tells it of its new areas alone
    scene.run(600)
    assert missing(scene) == ("place",)
    say_airing(scene, "soon", 60)
    scene.run(120)
    assert heard(scene) == ["soon"], "some minutes may be a slow broker"
    scene.run(HOUR)
    say_airing(scene, "later", 60)
    scene.run(180)
    say_airing(scene, "alarm", 60, grade=Grade.EMERGENCY)
    scene.run(180)
    assert heard(scene) == ["soon", "alarm"]
    (refused,) = [one for one in scene.station.of(scene.node.id, "later") if one.reason]
    assert refused.reason == "documents-withheld"
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    pass_a_day(scene)
    say_airing(scene, "false", 60, grade=Grade.EMERGENCY)
    scene.run(120)
    assert heard(scene) == ["soon", "alarm"], "two stolen keys of the former ward would call for good"
    give()
    scene.station.publish_place(scene.node.id, PROVINCE, "56.2")
    scene.run(5)
    say_airing(scene, "again", 60)
    scene.run(180)
    assert heard(scene) == ["soon", "alarm", "again"]
    assert missing(scene) == ()


def test_a_place_that_was_lost_on_its_way_is_asked_for_again(scene):
    topic, broker = topics.place(scene.node.id), scene.world.broker
    give = withhold(scene, topic)
    scene.station.publish_place(scene.node.id, PROVINCE, "56.2")
    scene.run(5)
    give()
    held = broker.retained[topics.keys(PROVINCE)]
    broker.retained[topic] = replace(held, topic=topic, payload=scene.station.retained[topic])
    scene.run(400)
    assert missing(scene) == ()
    say_airing(scene, "there", 60, target="56.2")
    scene.run(120)
    assert heard(scene) == ["there"]
