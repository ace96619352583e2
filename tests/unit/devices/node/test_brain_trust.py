"""What a loudspeaker believes and ignores, in virtual time."""

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from devices import topics
from devices.enrolment import Place
from devices.ids import Role
from devices.jose import SigningKey, read_payload
from devices.node.events import Received
from tests.simulation.small_station import PROVINCE, YEAR
from tests.simulation.station_in_world import Scene

LENGTH = 20_000


@pytest.fixture
def scene():
    return Scene()


def planned(scene: Scene, name: str = "a1", in_s: float = 20):
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    return scene.station.airing(name, rec, scene.in_s(in_s), LENGTH)


def heard(scene: Scene) -> list[str]:
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def say(scene: Scene, target: str, text: bytes) -> None:
    scene.station.retain(topics.plan(target), text)


def test_a_plan_signed_by_an_unknown_key_is_ignored_and_counted(scene):
    thief = SigningKey.generate(Role.STATION, scene.now - timedelta(days=1), YEAR)
    say(scene, "56", scene.station.signed_plan("56", [planned(scene)], key=thief))
    scene.run(60)
    assert heard(scene) == []
    assert scene.node.brain.counts["plan: unknown-key"] == 1
    assert scene.kinds("a1") == []


def test_a_plan_signed_by_a_key_of_another_role_is_ignored(scene):
    airing = planned(scene)
    text = scene.station.signed_plan("56", [airing])
    wrong = scene.station.keys.approver.sign_bytes(b"{}", "loa-plan").encode()
    say(scene, "56", wrong)
    scene.run(5)
    assert scene.node.brain.counts["plan: wrong-role"] == 1
    say(scene, "56", text)
    scene.run(60)
    assert heard(scene) == ["a1"]


def test_a_plan_with_one_letter_changed_is_ignored(scene):
    text = bytearray(scene.station.signed_plan("56", [planned(scene)]))
    text[len(text) // 2] ^= 1
    say(scene, "56", bytes(text))
    scene.run(60)
    assert heard(scene) == []
    assert sum(scene.node.brain.counts.values()) == 1


def test_a_plan_for_another_area_under_our_topic_is_ignored(scene):
    say(scene, "56.1", scene.station.signed_plan("56.2", [planned(scene)]))
    scene.run(60)
    assert heard(scene) == []
    assert scene.node.brain.counts["plan: wrong-target"] == 1


def test_an_expired_plan_is_ignored(scene):
    text = scene.station.signed_plan("56", [planned(scene)], lasts=timedelta(seconds=-1))
    say(scene, "56", text)
    scene.run(60)
    assert heard(scene) == []
    assert scene.node.brain.counts["plan: expired"] == 1


def test_a_plan_that_expires_before_the_start_is_not_followed(scene):
    say(scene, "56", scene.station.signed_plan("56", [planned(scene)], lasts=timedelta(seconds=10)))
    scene.run(60)
    assert heard(scene) == []


def test_an_older_plan_replayed_changes_nothing(scene):
    airing = planned(scene)
    old = scene.station.signed_plan("56", [])
    say(scene, "56", scene.station.signed_plan("56", [airing]))
    scene.run(10)
    say(scene, "56", old)
    scene.run(60)
    assert heard(scene) == ["a1"]
    assert scene.node.brain.counts["plan: older-version"] == 1


def test_a_cleared_plan_topic_changes_nothing(scene):
    scene.station.publish_plan("56", planned(scene))
    scene.run(10)
    scene.station.send(topics.plan("56"), b"", 1, True)
    scene.run(60)
    assert heard(scene) == ["a1"]


def test_a_plan_that_comes_before_its_key_is_followed_once_the_key_comes(scene):
    fresh = SigningKey.generate(Role.STATION, scene.now - timedelta(days=1), YEAR)
    say(scene, "56", scene.station.signed_plan("56", [planned(scene)], key=fresh))
    scene.run(5)
    scene.station.publish_keys(fresh)
    scene.run(60)
    assert heard(scene) == ["a1"]


def test_a_key_set_not_signed_by_the_pinned_root_is_ignored(scene):
    thief = SigningKey.generate("root", scene.now - timedelta(days=1), YEAR)
    true_root, scene.station.keys = (
        scene.station.keys.root,
        replace(scene.station.keys, root=thief),
    )
    scene.station.publish_keys()
    scene.run(5)
    assert true_root is not thief
    assert scene.node.brain.counts["keys: bad-signature"] == 1


def test_an_older_key_set_does_not_bring_a_revoked_key_back(scene):
    old = scene.station.retained[topics.keys(PROVINCE)]
    scene.station.publish_keys(without=[scene.station.keys.station])
    scene.run(5)
    scene.station.retain(topics.keys(PROVINCE), old)
    scene.run(5)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert heard(scene) == []


def test_a_revoked_station_key_voids_the_plans_that_it_signed(scene):
    scene.station.publish_plan("56", planned(scene))
    scene.run(10)
    scene.station.publish_keys(without=[scene.station.keys.station])
    scene.run(60)
    assert heard(scene) == []
    assert "plan/56" not in scene.world.disk(scene.node).documents


def test_a_policy_signed_by_the_station_is_ignored(scene):
    scene.station.publish_policy("56", loudest=30)
    scene.run(5)
    text = scene.station.keys.station.sign_bytes(b"{}", "loa-policy").encode()
    scene.station.retain(topics.policy("56"), text)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert scene.node.brain.counts["policy: wrong-role"] == 1
    assert [sound.arm.volume for sound in scene.world.heard(scene.node)] == [30]


def test_a_broker_that_answers_clock_requests_itself_moves_no_clock(scene):
    raw = scene.node.crystal.raw
    before = scene.node.brain.clock.offset(raw(scene.now))
    thief = SigningKey.generate(Role.STATION, scene.now - timedelta(days=1), YEAR)
    keys = scene.station.keys
    scene.station.keys = replace(keys, station=thief)
    scene.run(300)
    assert scene.node.brain.counts["time: unknown-key"] > 5
    assert abs(scene.node.brain.clock.offset(raw(scene.now)) - before) < timedelta(milliseconds=20)


def test_a_clock_reply_that_comes_again_is_not_taken_twice(scene):
    brain, raw = scene.node.brain, scene.node.crystal.raw
    seen = []
    answer = scene.station._answer_time

    def twice(node, payload, at):
        seen.append(payload)
        answer(node, payload, at)
        scene.world.later(timedelta(seconds=1), lambda: answer(node, payload, at))

    scene.station._answer_time = twice
    scene.run(400)
    assert len(seen) > 10
    assert brain.clock.steps == 0
    assert brain.clock.error(raw(scene.now)) < timedelta(milliseconds=20)


RUBBISH = (b"", b"{}", b"\xff\xfe", b"a.b.c", b"[" * 5000)
TOPICS = (
    "loa/v1/plan/56",
    "loa/v1/keys/56",
    "loa/v1/policy/56",
    "loa/v1/time/n0/reply",
    "loa/v1/node/n0/receipt-committed",
    "loa/v1/node/n1/receipt-committed",
    f"loa/v1/recording/{'0' * 64}/manifest",
    f"loa/v1/recording/{'0' * 64}/chunk/0",
    "strange/topic",
)


@pytest.mark.parametrize("topic", TOPICS)
def test_rubbish_on_any_topic_is_survived(scene, topic):
    airing = planned(scene)
    for payload in RUBBISH:
        scene.node.handle(Received(topic, payload), scene.now)
        scene.node.handle(Received(topics.manifest(airing.recording), payload), scene.now)
    scene.station.publish_plan("56", airing)
    scene.run(60)
    assert heard(scene) == ["a1"]


def test_policies_and_plans_are_believed_again_after_a_reboot_without_a_broker(scene):
    scene.station.publish_policy("56", loudest=30)
    scene.station.publish_plan("56", planned(scene, in_s=40))
    scene.run(10)
    reboot_alone(scene)
    scene.run(90)
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("a1", 30)]


def reboot_alone(scene: Scene) -> None:
    """Reboot the node against a broker that holds nothing: it has only its disk."""
    scene.world.switch_off(scene.node)
    for topic in list(scene.world.broker.retained):
        if not topic.endswith("/state"):
            del scene.world.broker.retained[topic]
    scene.world.switch_on(scene.node)


def test_a_policy_that_expired_goes_on_to_bind_after_a_reboot(scene):
    scene.station.publish_policy("56", loudest=30, lasts=timedelta(seconds=15))
    scene.station.publish_plan("56", planned(scene, in_s=60))
    scene.run(20)
    reboot_alone(scene)
    scene.run(90)
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("a1", 30)]


def test_quiet_hours_of_a_policy_that_expired_stay_quiet_after_a_reboot(scene):
    scene.station.publish_policy("56", quiet=[("09:00", "11:00")], lasts=timedelta(seconds=15))
    scene.station.publish_plan("56", planned(scene, in_s=60))
    scene.run(20)
    reboot_alone(scene)
    scene.run(90)
    assert heard(scene) == []


def test_the_volume_limit_of_a_plan_that_expired_goes_on_to_bind_after_a_reboot(scene):
    node = scene.node.id
    say(scene, node, scene.station.signed_plan(node, [], lasts=timedelta(seconds=15), loudest_volume=20))
    scene.station.publish_plan("56", planned(scene, in_s=60))
    scene.run(20)
    reboot_alone(scene)
    scene.run(90)
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("a1", 20)]


def place(scene, *areas, key=None, **changes):
    node = changes.pop("node", scene.node.id)
    told = Place(
        node=node,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR / 2,
        areas=areas,
    )
    key = key or scene.station.keys.administrator
    scene.station.retain(topics.place(scene.node.id), key.sign_bytes(told.payload(), "loa-place").encode())


def test_a_node_that_moves_obeys_its_new_area_and_no_longer_the_old_one_also_after_a_reboot(scene):
    scene.station.publish_policy("56.1", loudest=30)
    scene.run(3)
    place(scene, "56", "56.2")
    scene.run(3)
    scene.station.publish_plan("56.1", planned(scene, "old", in_s=20))
    scene.run(45)
    assert heard(scene) == []
    scene.station.publish_plan("56.2", planned(scene, "new", in_s=30))
    scene.run(10)
    reboot_alone(scene)
    scene.run(60)
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("new", 80)]


@pytest.mark.parametrize("wrong", ["station's", "other province", "other node", "older"])
def test_a_place_that_is_not_for_this_node_or_not_an_administrators_moves_nothing(scene, wrong):
    if wrong == "station's":
        place(scene, "56", "56.2", key=scene.station.keys.station)
    elif wrong == "other province":
        place(scene, "57", "56.2")
    elif wrong == "other node":
        place(scene, "56", "56.2", node="n7")
    else:
        place(scene, "56", "56.1")
        newest = scene.station.retained[topics.place(scene.node.id)]
        place(scene, "56", "56.1")
        scene.run(3)
        scene.station.retain(topics.place(scene.node.id), newest)
    scene.run(3)
    scene.station.publish_plan("56.1", planned(scene, in_s=20))
    scene.run(60)
    assert heard(scene) == ["a1"]
    assert [name for name in scene.node.brain.counts if name.startswith("place: ")]


def test_a_place_whose_key_was_revoked_is_forgotten_and_the_enrolled_areas_hold_again(scene):
    place(scene, "56", "56.2")
    scene.run(3)
    scene.station.publish_keys(without=[scene.station.keys.administrator])
    scene.run(3)
    scene.station.publish_plan("56.1", planned(scene, in_s=20))
    scene.run(60)
    assert heard(scene) == ["a1"]


def test_an_expired_policy_whose_key_was_revoked_binds_on_also_after_a_reboot(scene):
    scene.station.publish_policy("56", loudest=30, lasts=timedelta(seconds=15))
    scene.run(20)
    scene.station.publish_keys(without=[scene.station.keys.administrator])
    scene.run(5)
    scene.station.publish_plan("56", planned(scene, in_s=60))
    scene.run(20)
    reboot_alone(scene)
    scene.run(90)
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("a1", 30)]


def test_a_policy_that_comes_expired_over_the_wire_is_not_accepted(scene):
    scene.station.publish_policy("56", loudest=30, lasts=timedelta(seconds=-1))
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert scene.node.brain.counts["policy: expired"] >= 1
    assert [(s.arm.airing, s.arm.volume) for s in scene.world.heard(scene.node)] == [("a1", 80)]


def test_a_manifest_signed_by_an_approver_brings_no_chunks(scene):
    airing = planned(scene)
    scene.run(1)
    claimed = read_payload(scene.station.retained[topics.manifest(airing.recording)].decode())
    body = json.dumps(claimed).encode()
    wrong = scene.station.keys.approver.sign_bytes(body, "loa-manifest").encode()
    scene.station.retain(topics.manifest(airing.recording), wrong)
    scene.station.publish_plan("56", airing)
    scene.run(60)
    assert scene.station.wants == []
    assert heard(scene) == []


def test_what_this_node_signs_up_for_names_no_other_node(scene):
    filters = scene.world._places[scene.node.id].filters
    assert all("+" not in name or name.startswith("loa/v1/node/n0/") for name in filters)
