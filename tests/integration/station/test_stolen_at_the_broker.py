"""docs/key-compromise.md, the sections of a loudspeaker and of the broker's password, at a real broker."""

import pytest

from controller.features.accounts.secret_codes import typed_code
from controller.features.enrolment.broker_credentials import BrokerPasswordFile
from controller.features.enrolment.service import claim_code, make_code
from controller.features.fleet.broker_passwords import broker_hash
from controller.features.fleet.service import NewNode
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.quarantine.service import quarantine_node, release_node
from controller.model.enrolment import Welcome
from devices import topics
from devices.ids import NodeId
from devices.link import Link
from devices.messages import Receipts
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE
from tests.support.brokers import is_available
from tests.support.guarded_broker import STATION_PASSWORD, GuardedBroker, says_of
from tests.support.parts import missing
from tests.support.running_station import running
from tests.support.station_world import NHA_TRANG
from tests.support.waiting import WITHIN, wait_until

NODE = NodeId("kh-1")
REFUSED, LET_IN = "Not authorized", "Success"
OTHER_PASSWORD = "một mật khẩu khác của đài"
KEYS, POLICY = topics.keys("56"), topics.policy("56")


@pytest.fixture
def broker(tmp_path):
    if not is_available("mosquitto"):
        missing("mosquitto")
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = GuardedBroker(folder)
    with broker.passwords.open("a") as file:
        file.write(f"kh-9:{broker_hash('mật khẩu của kh-9')}\n")
    broker.start()
    yield broker
    broker.stop()


def enrolled(world, key):
    """Enrol a board as the node; return its password at the broker."""
    welcome = Welcome("https://loa.example", "mqtt://broker", world.root_key.public_x, world.station_key)
    _, code = world.do(make_code, NewNode(NODE, NHA_TRANG, "Cụm 1"), by=world.technician)
    return world.do(claim_code, key.claim(typed_code(code)), welcome).password


def test_a_loudspeakers_memory_card_is_stolen(world, broker):
    doors = BrokerPasswordFile(world.store, broker.passwords)
    thief, new = NodeKey.generate(), NodeKey.generate()
    password = enrolled(world, thief)
    signed = world.ask(keys_to_sign_for, world.now)
    doors.renew()
    assert wait_until(lambda: says_of(broker.port, NODE, password) == LET_IN)
    airing = world.plan(world.approved(), seconds=60)
    world.advance()

    def says_it_heard(key, session):
        said = world.fields(airing, "fetched")
        text = world.signer.sign(NODE, key=key, seq=1, previous=NOTHING_BEFORE, **said)
        told = world.receive(Receipts(node=NODE, session=session, receipts=(text,)))
        return bool(told and told[0].ids)

    world.later(minutes=1)  # minute 1: quarantined
    world.do(quarantine_node, NODE, reason="mất thẻ nhớ", by=world.technician)
    doors.renew()
    assert wait_until(lambda: says_of(broker.port, NODE, password) == REFUSED)
    assert not says_it_heard(thief, 2**32), "its receipts are not believed"
    world.later(days=1)  # later: a new board, by a code
    fresh = enrolled(world, new)
    world.do(release_node, NODE, by=world.technician)
    doors.renew()
    assert wait_until(lambda: says_of(broker.port, NODE, fresh) == LET_IN)
    assert says_of(broker.port, NODE, password) == REFUSED
    for session in (2**32, 2**33, 2**40):
        assert not says_it_heard(thief, session), "its key is the node's no more"
    assert says_it_heard(new, 2**40)
    assert world.ask(keys_to_sign_for, world.now) == signed, "the roots sign nothing for it"


class Client:
    """Somebody with a password at the broker, as the station or as a node."""

    def __init__(self, broker, user, password):
        self.held = {}
        self.link = Link(url_of(broker, user, password), user, on_message=self._take)
        self.link.subscribe(KEYS, POLICY)
        self.link.start()
        assert wait_until(lambda: self.link.is_up)

    def _take(self, message):
        if message.payload:
            self.held[message.topic] = message.payload
        else:
            self.held.pop(message.topic, None)

    def put(self, topic, payload):
        assert self.link.publish(topic, payload, 1, retain=True).wait(WITHIN)


def url_of(broker, user, password):
    return f"mqtt://{user}:{password}@127.0.0.1:{broker.port}"


def seen_by_a_node(broker):
    client = Client(broker, "kh-9", "mật khẩu của kh-9")
    try:
        wait_until(lambda: {KEYS, POLICY} <= client.held.keys(), 10)
        return dict(client.held)
    finally:
        client.link.stop()


def test_the_brokers_password_is_stolen(broker, tmp_path):
    options = {"speech_workers": 0}
    with running(tmp_path / "home", broker_url=url_of(broker, "station", STATION_PASSWORD), **options):
        assert wait_until(lambda: len(seen_by_a_node(broker)) == 2)
        ours = seen_by_a_node(broker)
        thief = Client(broker, "station", STATION_PASSWORD)  # minute 0: it may write, and signs nothing
        thief.put(KEYS, b"")
        thief.put(POLICY, b"a policy that nobody signed")
        thief.link.stop()
        assert wait_until(lambda: seen_by_a_node(broker) == ours), "put back within seconds"
        thief = Client(broker, "station", STATION_PASSWORD)
        thief.put(KEYS, b"")
        thief.link.stop()
    # minute 5: another password at the broker and at the station, which starts again
    kept = broker.passwords.read_text().splitlines()[1:]
    lines = [f"station:{broker_hash(OTHER_PASSWORD)}", *kept]
    broker.passwords.write_text("\n".join(lines) + "\n")
    assert wait_until(lambda: says_of(broker.port, "station", STATION_PASSWORD) == REFUSED)
    url = url_of(broker, "station", OTHER_PASSWORD)
    with running(tmp_path / "home", broker_url=url, enrolled=False, **options):
        assert wait_until(lambda: seen_by_a_node(broker).get(KEYS) == ours[KEYS])
        assert says_of(broker.port, "station", STATION_PASSWORD) == REFUSED
