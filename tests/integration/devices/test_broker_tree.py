"""A tree of brokers as `loa broker configure` writes it: who may say what, and passwords by the thousand."""

import re
import signal
from contextlib import ExitStack

import paho.mqtt.client as paho
import pytest

from controller.errors import Conflict
from controller.features.fleet.broker_passwords import broker_hash
from controller.host.broker_probe import probe
from controller.host.mosquitto_files import LEAF_STATES, RulesForm, leaf_users, state_topic
from devices import topics
from devices.ids import NodeId, RecordingId
from tests.integration.devices.test_province_broker import WITHIN_S, End
from tests.integration.simulator.station_on_mqtt import wait_until
from tests.support.broker_tree import LEAVES, NEW_MOSQUITTO, GuardedTree, running_tree
from tests.support.brokers import is_available
from tests.support.parts import missing
from tests.support.province_broker import authority_of

ONE, OTHER = NodeId("n1"), NodeId("n2")
NODES = {"n1": "bon-nam", "n2": "sau-bay"}
RECORDING = RecordingId("ab" * 32)
FORMS = [RulesForm.FILES, *([RulesForm.PLUGINS] if NEW_MOSQUITTO.is_dir() else [])]
"""The second form needs a broker that Debian 13 does not have: LOA_MOSQUITTO_21 names its folder."""


@pytest.fixture(scope="module", params=FORMS)
def tree(request, tmp_path_factory):
    if not is_available("mosquitto"):
        missing("mosquitto")
    made = GuardedTree(tmp_path_factory.mktemp("tree"), NODES, request.param)
    with pytest.MonkeyPatch.context() as environment, running_tree(made):
        environment.setenv("SSL_CERT_FILE", str(made.authority))
        yield made


@pytest.fixture
def end(tree):
    with ExitStack() as ends:

        def open_end(name, *filters, at=None, password=None):
            broker = tree.root if at is None else tree.leaves[at]
            opened = End(broker.port, name, password or tree.secrets.get(name) or NODES[name], *filters)
            ends.callback(opened.link.stop)
            return opened

        yield open_end


def says_of_leaf(tree, user):
    """Return what a leaf answers to a user of the root who signs in with the password of there."""
    answers = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=user, protocol=paho.MQTTv5)
    client.username_pw_set(user, tree.secrets[user])
    client.tls_set(str(tree.authority))
    client.on_connect = lambda *told: answers.append(str(told[3]))
    client.connect("127.0.0.1", tree.leaves["bac"].port)
    wait_until(lambda: client.loop(0.05) is not None and answers, WITHIN_S, "it answers")
    return answers[0]


def came_to(listener, count):
    return sorted((message.topic, message.payload) for message in (listener.next() for _ in range(count)))


def test_the_station_is_told_which_leaves_are_connected_and_nodes_are_not(end):
    station = end("station", LEAF_STATES).up()
    node = end("n1", "#", at="bac").up()
    states = {state_topic(leaf): b"1" for leaf in LEAVES}
    last = {}
    while last != states:
        message = station.next()
        last[message.topic] = message.payload
    assert not node.say(state_topic("bac"), b"1")
    assert all(not message.topic.startswith("loa/leaf/") for message in list(node.came.queue))


def test_what_nodes_say_comes_to_the_station_and_nothing_else_does(end):
    station = end("station", *topics.TOLD_FILTERS).up()
    clock = end("station-clock", topics.ALL_TIME_REQUESTS).up()
    own = (topics.state, topics.vitals, topics.receipt, topics.want)
    for node, leaf in ((ONE, "bac"), (OTHER, "nam")):
        teller = end(node, at=leaf).up()
        forged = OTHER if node == ONE else ONE
        assert not any(teller.say(topic(forged), b"forged") for topic in (*own, topics.time))
        assert not teller.say(topics.plan("56"), b"forged")
        assert all(teller.say(topic(node), node.encode()) for topic in (*own, topics.time))
    told = sorted((topic(node), node.encode()) for node in (ONE, OTHER) for topic in own)
    assert came_to(station, len(told)) == told
    assert came_to(clock, 2) == [(topics.time(node), node.encode()) for node in (ONE, OTHER)]
    assert station.came.empty()


def test_a_node_at_a_leaf_hears_what_is_for_all_and_for_itself_and_nothing_for_others(end):
    station, audio, clock = (end(name).up() for name in ("station", "station-audio", "station-clock"))
    node = end("n1", "#", at="nam").up()
    for other, own in (
        (topics.place(OTHER), topics.place(ONE)),
        (topics.receipt_committed(OTHER), topics.receipt_committed(ONE)),
        (topics.repair_chunk(OTHER, RECORDING, 0), topics.repair_chunk(ONE, RECORDING, 0)),
        (topics.time_reply(OTHER), topics.time_reply(ONE)),
    ):
        for topic in (other, own):
            teller = audio if "chunk" in topic else clock if "time" in topic else station
            assert teller.say(topic)
        assert node.next().topic == own
    for teller, topic in ((station, topics.plan("56")), (audio, topics.chunk(RECORDING, 2))):
        assert teller.say(topic)
        assert node.next().topic == topic


def test_who_took_a_leaf_may_say_nothing_for_the_station(tree, end):
    """With the passwords that lie there: a bridge's user is pushed off by them, and comes back."""
    station = end("station", "#").up()
    taken = end(leaf_users("bac")[0]).up()
    forged = (
        topics.plan("56"),
        topics.ROOTS,
        topics.receipt_committed(ONE),
        topics.STATION_STATE,
        topics.chunk(RECORDING, 0),
        topics.time_reply(ONE),
        state_topic("nam"),
    )
    assert not any(taken.say(topic, b"forged") for topic in forged)
    taken.link.stop()
    assert all(message.payload != b"forged" for message in list(station.came.queue))
    there = "".join(file.read_text() for file in (tree.folder / "bac").rglob("*") if file.is_file())
    assert tree.secrets[leaf_users("bac")[0]] in there
    assert not any(tree.secrets[user] in there for user in ("station", "station-audio", "station-clock"))


def test_a_leaf_knows_the_user_that_tries_it_and_none_of_the_station(tree, end):
    password = tree.secrets["station-probe@bac"]
    assert end("station-probe", topics.ALL_KEYS, at="bac", password=password).up()
    assert f"bac=mqtts://station-probe:{password}@127.0.0.1:" in tree.env
    assert says_of_leaf(tree, "station") == "Not authorized"


def test_passwords_of_five_thousand_are_read_anew_and_throw_out_none_but_who_lost_his(tree, end):
    leaf = tree.leaves["nam"]
    file = tree.folder / "nam" / "loa" / "passwords"
    before = file.read_text()
    one, other = end("n1", topics.plan("56"), at="nam").up(), end("n2", at="nam").up()
    station = end("station").up()
    lines = "".join(f"m{n}:{broker_hash(f'p{n}')}\n" for n in range(5000))
    without_other = "".join(line for line in before.splitlines(True) if not line.startswith("n2:"))
    file.write_text(without_other + lines)
    leaf.signal(signal.SIGHUP)
    wait_until(lambda: not other.link.is_up, WITHIN_S, "who lost the right to sign in is out")
    station.say(topics.plan("56"), b"after")
    assert one.next().payload == b"after"
    assert one.ups == 1
    assert end("m4999", at="nam", password="p4999").up()
    file.write_text(before)
    leaf.signal(signal.SIGHUP)


def test_the_station_tries_a_leaf_with_the_user_made_for_it(tree, end):
    station = end("station").up()
    assert station.link.publish(topics.keys("56"), b"keys", 1, retain=True).wait(WITHIN_S)
    at_leaf = f"mqtts://127.0.0.1:{tree.leaves['bac'].port}"
    asked = {
        "station_url": f"mqtts://station:{tree.secrets['station']}@127.0.0.1:{tree.root.port}",
        "keys_topic": topics.keys("56"),
        "has_keys": b"keys".__eq__,
    }
    (url,) = re.findall(r"bac=(\S+)", tree.env)
    probe(at_leaf, [authority_of(tree.authority.parent)], leaf_urls=[url], **asked)
    with pytest.raises(Conflict) as refused:
        probe(at_leaf, [authority_of(tree.authority.parent)], **asked)
    assert refused.value.code == "home.refused"
    assert station.ups == 1
