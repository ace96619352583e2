"""The broker as docs/broker.md sets it up: who may say and hear what, over TLS with passwords."""

import gc
import os
import queue
from pathlib import Path

import pytest

from devices import topics
from devices.ids import NodeId, RecordingId
from devices.link import Link
from devices.link_api import Address, Message
from tests.integration.simulator.station_on_mqtt import wait_until
from tests.support.brokers import is_available
from tests.support.parts import missing
from tests.support.province_broker import authority_of, province_broker, write_certificate

ONE, OTHER = NodeId("n1"), NodeId("n2")
PASSWORDS = {
    "station": "mot-hai-ba",
    "station-audio": "chin-muoi",
    "station-clock": "muoi-mot",
    "station-bridge": "muoi-hai",
    "n1": "bon-nam",
    "n2": "sau-bay",
}
RECORDING = RecordingId("ab" * 32)
WITHIN_S = 30


class End:
    """One end of a link, with what came to it."""

    def __init__(
        self, port: int, name: str, password: str, *filters: str, client: str = "", authority: str = ""
    ) -> None:
        self.came: queue.Queue[Message] = queue.Queue(1000)
        self.ups = 0
        url = f"mqtts://{name}:{password}@127.0.0.1:{port}"
        address = Address.of(url, [authority] if authority else ())
        self.link = Link(
            url, client or name, on_message=self.came.put_nowait, on_up=self._up, address=address
        )
        self.link.subscribe(*filters)
        self.link.start()

    def _up(self) -> None:
        self.ups += 1

    def up(self) -> "End":
        wait_until(lambda: self.link.is_up, WITHIN_S, "the link is up")
        return self

    def say(self, topic: str, word: bytes = b"x") -> bool:
        return self.link.publish(topic, word, 1, retain=False).wait(WITHIN_S)

    def next(self) -> Message:
        return self.came.get(timeout=WITHIN_S)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    if not is_available("mosquitto"):
        missing("mosquitto")
    folder = tmp_path_factory.mktemp("province")
    with pytest.MonkeyPatch.context() as environment, province_broker(folder, PASSWORDS) as port:
        environment.setenv("SSL_CERT_FILE", str(folder / "server.crt"))
        yield port


@pytest.fixture
def end(port):
    ends = []

    def open_end(name, *filters, password=None, client=""):
        ends.append(End(port, name, password or PASSWORDS[name], *filters, client=client))
        return ends[-1]

    yield open_end
    for one in ends:
        one.link.stop()


def test_what_each_may_say_arrives_at_the_station_and_what_it_may_not_does_not(end):
    station = end("station", *topics.STATION_FILTERS).up()
    node = end("n1").up()
    for topic in (topics.state(OTHER), topics.receipt(OTHER), topics.vitals(OTHER), topics.want(OTHER)):
        assert not node.say(topic, b"forged")
    assert not node.say(topics.plan("56"), b"forged")
    own = (topics.state(ONE), topics.vitals(ONE), topics.want(ONE), topics.receipt(ONE), topics.time(ONE))
    for topic in own:
        assert node.say(topic, b"own")
    assert [(station.next().topic) for _ in own] == list(own)
    assert station.came.empty()


def test_chunks_have_a_user_of_their_own_that_may_send_nothing_else_and_throws_nobody_out(end):
    station = end("station").up()
    audio = end("station-audio").up()
    node = end("n1", topics.chunks(RECORDING), topics.repair_chunks(ONE)).up()
    for topic in (topics.chunk(RECORDING, 3), topics.repair_chunk(ONE, RECORDING, 4)):
        assert audio.say(topic, b"chunk")
        assert node.next().topic == topic
    assert not audio.say(topics.plan("56"), b"forged")
    assert not audio.say(topics.manifest(RECORDING), b"forged")
    assert (station.ups, audio.ups) == (1, 1)


def test_clocks_have_a_user_of_their_own_that_hears_and_says_nothing_else(end):
    clock = end("station-clock", *topics.STATION_FILTERS).up()
    node = end("n1", topics.time_reply(ONE)).up()
    assert node.say(topics.receipt(ONE))
    assert node.say(topics.time(ONE), b"request")
    assert clock.next().topic == topics.time(ONE)
    assert clock.say(topics.time_reply(ONE), b"answer")
    assert node.next().topic == topics.time_reply(ONE)
    assert not clock.say(topics.plan("56"), b"forged")
    assert not clock.say(topics.receipt_committed(ONE), b"forged")
    assert clock.came.empty()


def test_a_node_hears_what_is_for_all_and_for_itself_and_nothing_for_others(end):
    station = end("station").up()
    node = end("n1", "#").up()
    for_others = (
        topics.repair_chunk(OTHER, RECORDING, 0),
        topics.receipt_committed(OTHER),
        topics.time_reply(OTHER),
        topics.state(OTHER),
    )
    for_it = (
        topics.chunk(RECORDING, 0),
        topics.repair_chunk(ONE, RECORDING, 0),
        topics.receipt_committed(ONE),
        topics.time_reply(ONE),
        topics.plan("n1"),
    )
    for topic in (*for_others, *for_it):
        assert station.say(topic)
    heard = {node.next().topic for _ in for_it}
    assert heard == set(for_it)


@pytest.mark.parametrize(("name", "password"), [("n1", "sai"), ("stranger", "sai")])
def test_who_has_no_password_comes_not_in_and_reads_why_in_the_log_once(end, caplog, name, password):
    def told():
        return [record for record in caplog.records if "Not authorized" in record.getMessage()]

    refused = end(name, password=password)
    wait_until(lambda: len(told()) >= 1, WITHIN_S, "the refusal is logged")
    assert refused.ups == 0
    assert [record.levelname for record in told()].count("WARNING") == 1


def test_a_node_cannot_throw_another_off_by_taking_its_client_id(end):
    victim = end("n1").up()
    end("n2", client="n1").up()
    assert victim.say(topics.state(ONE))
    assert victim.ups == 1


# paho leaves the socket of a handshake that failed to the collector, which closes it and complains
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_whose_certificate_nobody_vouches_for_is_not_spoken_to(end, caplog, monkeypatch, tmp_path):
    write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.crt"))
    refused = end("n1")
    wait_until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text, WITHIN_S, "the refusal is logged")
    assert refused.ups == 0
    refused.link.stop()
    gc.collect()


def test_a_bridged_broker_says_what_the_old_one_is_told_and_the_other_way_round(port, tmp_path):
    """As loudspeakers move: one signs in at the new broker with the password that it has."""
    old = Path(os.environ["SSL_CERT_FILE"]).parent
    station = End(port, "station", PASSWORDS["station"], *topics.STATION_FILTERS)
    station.up()
    plan = topics.plan("56")
    assert station.link.publish(plan, b"signed", 1, retain=True).wait(WITHIN_S)
    with province_broker(tmp_path, PASSWORDS, bridged_to=(port, old)) as new:
        node = End(new, "n1", PASSWORDS["n1"], plan, topics.time_reply(ONE), authority=authority_of(tmp_path))
        try:
            node.up()
            assert (first := node.next()).payload == b"signed"
            assert first.topic == plan
            assert node.say(topics.time(ONE), b"request")
            assert station.next().topic == topics.time(ONE)
            assert station.say(topics.time_reply(ONE), b"answer")
            assert node.next().topic == topics.time_reply(ONE)
            assert node.link.publish(topics.state(ONE), b"born", 1, retain=True).wait(WITHIN_S)
            assert station.next().topic == topics.state(ONE)
            assert not node.say(topics.state(OTHER), b"forged")
            assert station.came.empty(), "nothing goes in circles"
        finally:
            node.link.stop()
            station.link.stop()
