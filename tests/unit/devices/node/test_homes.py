"""A node follows a signed home, proves it, and goes back within a bounded time; and who cannot move it."""

import random
from datetime import timedelta

import pytest

from devices import topics
from devices.enrolment import Home
from devices.ids import AreaCode, Role
from devices.jose import SigningKey
from devices.messages import TimeReply
from devices.node.effects import ConnectTo, SaveDocument
from devices.node.homes import FIRST_RETRY, LOST_AFTER, MOVE_SPREAD, TRY_FOR
from devices.signing import sign
from tests.simulation.small_station import YEAR, listed
from tests.simulation.station_in_world import AREAS, Scene, StationInWorld
from tests.support.world import HOME_BROKER

NEW, SECOND = "mqtts://dai-moi.example:8883", "mqtts://dai-hai.example:8883"
CA, OTHER_CA = "TUlJQg==", "TUlJQw=="
LENGTH = 20_000
SOON = MOVE_SPREAD + timedelta(seconds=20)


@pytest.fixture
def scene():
    return Scene()


def move_in(scene, address=NEW, authority=CA):
    """Open a broker of which the certificate is signed by an authority, with the station behind it."""
    broker = scene.world.add_broker(address)
    scene.world.certified[address] = authority
    station = StationInWorld(scene.world, scene.station.keys, broker)
    station.retained = dict(scene.station.retained)
    station.say_all()
    return station


def home(scene, brokers=(NEW,), *, authorities=(CA,), version=None, target="56"):
    return Home(
        target=AreaCode(target),
        version=version or scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR,
        brokers=brokers,
        authorities=authorities,
    )


def say(scene, told, key=None, target=None):
    text = sign(told, key or scene.station.keys.administrator).encode()
    scene.station.retain(topics.home(AreaCode(target or told.target)), text)
    return told.version


def run(scene, span):
    scene.run(span.total_seconds())


def lives(scene):
    """The home that the node says it lives at, and the address at which it is now."""
    here = scene.world.moves[-1][1] if scene.world.moves else HOME_BROKER
    return scene.node.brain._homes.version, here


def stays(scene, why):
    run(scene, SOON)
    assert lives(scene) == (None, HOME_BROKER)
    assert scene.world.moves == []
    assert scene.node.brain.counts[f"home: {why}"] > 0


# -- moving


def test_a_node_moves_to_a_new_broker_of_another_authority_and_says_so(scene):
    new = move_in(scene)
    version = say(scene, home(scene))
    run(scene, SOON)
    assert lives(scene) == (version, NEW)
    assert [(state.online, state.home) for state in new.states][-1] == (True, version)
    assert new.states[-1].session > 1
    assert scene.world.broker.retained[topics.state(scene.node.id)].payload.find(b'"online":false') > 0


def test_an_airing_that_is_planned_through_the_move_is_heard_once(scene):
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), 240_000)
    scene.station.publish_plan("56", scene.station.airing("a1", rec, scene.in_s(60), 240_000))
    scene.run(30)
    new = move_in(scene)
    say(scene, home(scene))
    scene.run(400)
    assert lives(scene)[1] == NEW
    heard = scene.world.heard(scene.node)
    assert [(sound.arm.airing, sound.heard_ms) for sound in heard] == [("a1", 240_000)]
    told = [
        str(kind) for kind in (*scene.station.kinds(scene.node.id, "a1"), *new.kinds(scene.node.id, "a1"))
    ]
    assert sorted(set(told)) == ["fetched", "finished", "started"]


def test_a_node_lives_at_its_home_after_a_power_cut(scene):
    move_in(scene)
    version = say(scene, home(scene))
    run(scene, SOON)
    scene.world.switch_off(scene.node)
    scene.run(60)
    scene.world.switch_on(scene.node)
    scene.run(30)
    assert lives(scene) == (version, NEW)


def test_the_document_is_on_disk_before_the_node_leaves(scene):
    move_in(scene)
    version = say(scene, home(scene))
    scene.run(1)
    assert f"home/{version}" in scene.world.disk(scene.node).documents
    assert scene.world.moves == []


def test_a_home_that_only_names_another_authority_for_the_same_broker_is_a_move_too(scene):
    move_in(scene)
    say(scene, home(scene))
    run(scene, SOON)
    scene.world.certified[NEW] = OTHER_CA
    station = StationInWorld(scene.world, scene.station.keys, scene.world.brokers[NEW])
    later = home(scene, authorities=(OTHER_CA,))
    station.retain(topics.home(AreaCode("56")), sign(later, scene.station.keys.administrator).encode())
    run(scene, SOON)
    assert lives(scene) == (later.version, NEW)


def test_a_home_issued_again_with_the_same_content_moves_nobody(scene):
    new = move_in(scene)
    say(scene, home(scene))
    run(scene, SOON)
    again = home(scene)
    new.retain(topics.home(AreaCode("56")), sign(again, scene.station.keys.administrator).encode())
    run(scene, SOON)
    assert lives(scene) == (again.version, NEW)
    assert len(scene.world.moves) == 1
    documents = scene.world.disk(scene.node).documents
    assert [name for name in documents if name.startswith("home/")] == [f"home/{again.version}"]


def test_a_home_that_came_before_the_keys_is_followed_when_they_come():
    scene = Scene(nodes=0)
    move_in(scene)
    del scene.station.retained[topics.keys(AreaCode("56"))]
    scene.world.broker.retained.clear()
    node = scene.world.add(scene.identity("n0"))
    scene.nodes.append(node)
    scene.world.switch_on(node)
    version = say(scene, home(scene))
    scene.run(5)
    scene.station.publish_keys()
    run(scene, SOON)
    assert lives(scene) == (version, NEW)


# -- going back


def test_a_node_that_cannot_connect_there_is_back_within_two_minutes_and_tries_again_later(scene):
    say(scene, home(scene, ("mqtts://khong-co.example:8883",)))
    run(scene, MOVE_SPREAD + TRY_FOR + timedelta(seconds=10))
    assert lives(scene) == (None, HOME_BROKER)
    assert [address for _, address in scene.world.moves][-1] == HOME_BROKER
    tries = len(scene.world.moves)
    run(scene, FIRST_RETRY / 2)
    assert len(scene.world.moves) == tries
    run(scene, FIRST_RETRY)
    assert len(scene.world.moves) == tries + 2


def test_brokers_are_tried_in_the_order_of_the_document(scene):
    move_in(scene, SECOND)
    say(scene, home(scene, ("mqtts://khong-co.example:8883", SECOND)))
    run(scene, MOVE_SPREAD + 2 * TRY_FOR)
    assert lives(scene)[1] == SECOND
    assert lives(scene)[0] is not None


def test_an_authority_that_did_not_sign_the_certificate_leads_back(scene):
    move_in(scene, authority=OTHER_CA)
    say(scene, home(scene, authorities=(CA,)))
    run(scene, MOVE_SPREAD + TRY_FOR + timedelta(seconds=10))
    assert lives(scene) == (None, HOME_BROKER)


def test_a_broker_that_dies_half_way_loses_no_node(scene):
    """It accepts the node and is gone before the station was heard: the node is back, and moves later."""
    new = move_in(scene)
    new.is_silent = True
    version = say(scene, home(scene))
    while not scene.world.moves:
        scene.run(1)
    scene.run(10)
    scene.world.brokers[NEW].fail()
    run(scene, TRY_FOR + timedelta(seconds=10))
    assert lives(scene) == (None, HOME_BROKER)
    scene.world.brokers[NEW].recover()
    new.is_silent = False
    run(scene, FIRST_RETRY * 1.3)
    assert lives(scene) == (version, NEW)


def test_a_power_cut_in_the_middle_of_a_try_begins_at_the_old_home(scene):
    new = move_in(scene)
    new.is_silent = True
    version = say(scene, home(scene))
    while not scene.world.moves:
        scene.run(1)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run(5)
    assert scene.node.brain._homes.version is None
    new.is_silent = False
    run(scene, SOON)
    assert lives(scene) == (version, NEW)


def test_a_home_that_is_lost_later_is_left_for_the_one_before_and_found_again(scene):
    move_in(scene)
    version = say(scene, home(scene))
    run(scene, SOON)
    scene.world.brokers[NEW].fail()
    run(scene, LOST_AFTER * 1.5 + TRY_FOR)
    assert lives(scene) == (None, HOME_BROKER)
    scene.world.brokers[NEW].recover()
    run(scene, FIRST_RETRY * 1.3)
    assert lives(scene) == (version, NEW)


def test_a_node_without_any_home_never_leaves_its_broker(scene):
    scene.world.broker.fail()
    run(scene, 5 * LOST_AFTER)
    assert scene.world.moves == []


# -- attacks


def test_the_stations_key_alone_moves_no_node(scene):
    move_in(scene)
    told = home(scene)
    text = scene.station.keys.station.sign_bytes(told.payload(), "loa-home").encode()
    scene.station.retain(topics.home(AreaCode("56")), text)
    stays(scene, "wrong-role")


def test_an_approvers_key_moves_no_node(scene):
    move_in(scene)
    text = scene.station.keys.approver.sign_bytes(home(scene).payload(), "loa-home").encode()
    scene.station.retain(topics.home(AreaCode("56")), text)
    stays(scene, "wrong-role")


def test_the_broker_alone_says_an_older_home_again_and_nobody_follows(scene):
    first_station = move_in(scene, SECOND)
    first = sign(home(scene, (SECOND,)), scene.station.keys.administrator).encode()
    scene.station.retain(topics.home(AreaCode("56")), first)
    run(scene, SOON)
    move_in(scene)
    newer = sign(home(scene), scene.station.keys.administrator).encode()
    first_station.retain(topics.home(AreaCode("56")), newer)
    run(scene, SOON)
    assert lives(scene)[1] == NEW
    moves = len(scene.world.moves)
    thief = StationInWorld(scene.world, scene.station.keys, scene.world.brokers[NEW])
    thief.retain(topics.home(AreaCode("56")), first)
    run(scene, SOON)
    assert (lives(scene)[1], len(scene.world.moves)) == (NEW, moves)
    assert scene.node.brain.counts["home: older-version"] > 0


def test_a_home_of_another_province_moves_no_node(scene):
    move_in(scene)
    elsewhere = SigningKey.generate(Role.ADMINISTRATOR, scene.now, YEAR)
    keys = (*map(listed, (scene.station.keys.station,)), listed(elsewhere, area=AreaCode("48")))
    scene.station.publish_key_set(keys)
    scene.run(3)
    say(scene, home(scene, target="48"), elsewhere, target="56")
    stays(scene, "outside-scope")


def test_a_home_for_another_area_that_is_said_on_this_ones_topic_moves_no_node(scene):
    move_in(scene)
    say(scene, home(scene, target="48"), target="56")
    stays(scene, "wrong-target")


@pytest.mark.parametrize("target", AREAS)
def test_the_administrator_of_a_ward_moves_no_node(scene, target):
    move_in(scene)
    ward = SigningKey.generate(Role.ADMINISTRATOR, scene.now, YEAR)
    keys = (*map(listed, (scene.station.keys.station,)), listed(ward, area=AREAS[-1]))
    scene.station.publish_key_set(keys)
    scene.run(3)
    say(scene, home(scene, target=target), ward)
    stays(scene, "outside-scope")


def test_a_home_without_tls_moves_no_node_that_comes_from_one_with_it(scene):
    broker = "mqtt://dai-moi.example:1883"
    scene.world.add_broker(broker)
    say(scene, home(scene, (NEW, broker)))
    stays(scene, "no-tls")


def test_a_hijacked_name_with_a_good_certificate_holds_no_node(scene):
    """Who got the name and a certificate, but not the station's key: the node is back after 90 s."""
    thief = move_in(scene)
    thief._answer_time = lambda *_: None
    say(scene, home(scene))
    run(scene, MOVE_SPREAD + TRY_FOR + timedelta(seconds=10))
    assert lives(scene) == (None, HOME_BROKER)


def test_a_hijacked_name_that_answers_the_clock_by_a_key_of_its_own_holds_no_node(scene):
    thief = move_in(scene)
    key = SigningKey.generate(Role.STATION, scene.now, YEAR)

    def forged(node, payload, _arrived):
        asked = TimeReply.model_validate_json(
            payload[:-1] + b',"received_us":%d,"replied_us":%d}' % ((int(scene.now.timestamp() * 1e6),) * 2)
        )
        thief.send(topics.time_reply(node), sign(asked, key).encode(), 0, False)

    thief._answer_time = forged
    say(scene, home(scene))
    run(scene, MOVE_SPREAD + TRY_FOR + timedelta(seconds=10))
    assert lives(scene) == (None, HOME_BROKER)


def test_one_stolen_key_cannot_keep_every_later_home_out(scene):
    move_in(scene)
    say(scene, home(scene, version=2**53 - 1))
    stays(scene, "far-version")


# -- the order of effects


def test_everything_is_saved_before_the_connection_is_left(scene):
    move_in(scene)
    say(scene, home(scene))
    scene.run(1)
    due = scene.node.brain._homes._move_at
    effects = scene.node.brain._homes.tick(due)
    assert [type(one) for one in effects] == [ConnectTo]
    proven = scene.node.brain._homes.heard(due)
    assert [type(one) for one in proven] == [SaveDocument]
