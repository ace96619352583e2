"""One administrator's key is stolen, with the broker: what two must sign, one cannot; docs/protocol.md.

The key set says that two administrators must sign. The attacker holds the key of one of them, and the broker.
"""

import random

import pytest

from devices import topics
from devices.enrolment import Home, Place
from devices.ids import AreaCode, Role
from devices.jose import SigningKey, joined
from devices.signing import KINDS
from devices.statements import Policy, QuietHours
from tests.simulation.small_station import PROVINCE, YEAR, listed
from tests.simulation.station_in_world import AREAS, Scene

ELSEWHERE = AreaCode("56.2")
LENGTH = 20_000
ALL_DAY = (QuietHours(begins="00:00", ends="00:00"),)


@pytest.fixture
def scene():
    scene = Scene()
    scene.others = {
        "second": SigningKey.generate(Role.ADMINISTRATOR, scene.now, YEAR),
        "ward": SigningKey.generate(Role.ADMINISTRATOR, scene.now, YEAR),
        "twin": SigningKey.generate(Role.ADMINISTRATOR, scene.now, YEAR),
    }
    publish(scene)
    return scene


def publish(scene, administrators=2):
    """Say which keys there are: `twin` is another key of the stolen one's holder, `ward` signs in a ward."""
    stolen = scene.station.keys.administrator
    whose = {"second": {}, "ward": {"area": AREAS[1]}, "twin": {"holder": stolen.kid}}
    more = tuple(listed(key, **whose[name]) for name, key in scene.others.items())
    keys = tuple(listed(key) for key in scene.station.keys.listed)
    scene.station.publish_key_set((*keys, *more), administrators=administrators)
    scene.run(3)


def signed(scene, message, *names):
    """Return the message signed by the stolen key, and by others."""
    keys = [scene.station.keys.administrator, *(scene.others[name] for name in names)]
    texts = [key.sign_bytes(message.payload(), KINDS[type(message)].typ) for key in keys]
    return (joined(texts).model_dump_json() if names else texts[0]).encode()


def air(scene, name, in_s=20.0):
    recording = scene.station.add_recording(random.Random(name).randbytes(10_000), LENGTH)
    scene.station.publish_plan("56", scene.station.airing(name, recording, scene.in_s(in_s), LENGTH))
    scene.run(in_s + 40)
    return [sound.arm.airing for sound in scene.world.heard(scene.node)].count(name) == 1


def policy(scene, **limits):
    free = {"quiet_hours": (), "loudest_volume": 100, "minutes_a_day": 1440}
    return Policy(
        target=PROVINCE,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR,
        **free | limits,
    )


def place(scene, *areas):
    return Place(
        node=scene.node.id,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR,
        areas=areas,
    )


def say(scene, topic, text):
    scene.station.retain(topic, text)
    scene.run(3)


def refused(scene, what):
    return scene.node.brain.counts[f"{what}: outside-scope"]


@pytest.mark.parametrize("names", [(), ("twin",)], ids=["alone", "with another key of the same person"])
def test_one_administrator_silences_nobody_by_a_policy(scene, names):
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene, quiet_hours=ALL_DAY), *names))
    assert refused(scene, "policy") == 1
    assert air(scene, "a1")


def test_one_administrator_lifts_no_limit(scene):
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene, quiet_hours=ALL_DAY), "second"))
    assert not air(scene, "a1")
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene)))
    assert refused(scene, "policy") == 1
    assert not air(scene, "a2")


def test_two_administrators_lay_down_and_lift_a_limit_also_over_a_reboot(scene):
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene, quiet_hours=ALL_DAY), "second"))
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    assert not air(scene, "a1")
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene), "second"))
    assert air(scene, "a2")


def test_the_second_signature_counts_only_where_its_key_rules(scene):
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene, quiet_hours=ALL_DAY), "ward"))
    assert refused(scene, "policy") == 1
    assert air(scene, "a1")


def test_a_wrong_second_signature_spoils_the_whole(scene):
    good = signed(scene, policy(scene, quiet_hours=ALL_DAY), "second").decode()
    tail = good[-12:]
    say(scene, topics.policy(PROVINCE), (good[:-12] + tail.swapcase()).encode())
    assert air(scene, "a1")


@pytest.mark.parametrize("names", [(), ("twin",), ("ward",)])
def test_one_administrator_sends_no_loudspeaker_to_another_broker(scene, names):
    home = Home(
        target=PROVINCE,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR,
        brokers=("mqtts://thief.example:8883",),
    )
    say(scene, topics.home(PROVINCE), signed(scene, home, *names))
    scene.run(300)
    assert scene.world.moves == []
    assert scene.node.brain.counts["home: outside-scope"] == 1


def test_one_administrator_takes_no_area_from_a_loudspeaker(scene):
    topic = topics.place(scene.node.id)
    say(scene, topic, signed(scene, place(scene, PROVINCE, ELSEWHERE)))
    say(scene, topic, signed(scene, place(scene, PROVINCE)))
    assert refused(scene, "place") == 2
    assert scene.node.brain._trust.identity.areas == AREAS
    say(scene, topic, signed(scene, place(scene, PROVINCE, ELSEWHERE), "second"))
    assert scene.node.brain._trust.identity.areas == (PROVINCE, ELSEWHERE)


def test_one_administrator_may_add_areas_to_a_loudspeaker(scene):
    say(scene, topics.place(scene.node.id), signed(scene, place(scene, *AREAS, AreaCode("56.1.9"))))
    assert scene.node.brain._trust.identity.areas == (*AREAS, AreaCode("56.1.9"))


def test_a_plan_with_several_signatures_is_no_plan(scene):
    plan = scene.station.plan("56", [])
    texts = [scene.station.keys.station.sign_bytes(plan.payload(), "loa-plan")]
    say(scene, topics.plan("56"), joined(texts).model_dump_json().encode())
    assert scene.node.brain.counts["plan: malformed"] == 1


def test_where_the_key_set_asks_for_one_a_single_administrator_rules(scene):
    publish(scene, administrators=1)
    say(scene, topics.policy(PROVINCE), signed(scene, policy(scene, quiet_hours=ALL_DAY)))
    assert not air(scene, "a1")
