"""Clock requests come and are answered by a link of their own where the broker allows one."""

import queue
from datetime import timedelta

from controller.clocks import utc_now
from controller.runtime.time_service import TimeService, time_service_of
from controller.settings import Settings
from devices import topics
from devices.ids import NodeId, Role
from devices.jose import SigningKey, read_payload
from devices.link import Link
from devices.messages import TimeReply, TimeRequest
from tests.integration.simulator.station_on_mqtt import wait_until
from tests.support.memory_link import MemoryBroker, MemoryLink

NODE = NodeId("n1")
WITHIN_S = 30


def _made(url, settings, link, on_message):
    key = SigningKey.generate(Role.STATION, utc_now(), timedelta(days=1))
    return time_service_of(
        settings, url, link, key=key, now=utc_now, may_tell=lambda: True, on_message=on_message
    )


def test_a_clock_is_answered_while_the_stations_own_link_is_not_even_up(mosquitto, tmp_path):
    came = queue.Queue()
    down = Link(mosquitto.url, "loa-station")

    def heard(message):
        time_service.take(topics.parse(message.topic).node, message.payload)

    time_service = _made(mosquitto.url, Settings(home=tmp_path), down, heard)
    time_service.start()
    node = Link(mosquitto.url, NODE, on_message=came.put_nowait)
    node.subscribe(topics.time_reply(NODE))
    node.start()
    try:
        wait_until(lambda: node.is_up and time_service.own_link.is_up, WITHIN_S, "both are up")
        node.publish(topics.time(NODE), TimeRequest(node=NODE, sent_us=7).payload())
        reply = TimeReply.model_validate(read_payload(came.get(timeout=WITHIN_S).payload.decode()))
    finally:
        node.stop()
        time_service.stop()
    assert (reply.node, reply.sent_us) == (NODE, 7)
    assert reply.replied_us >= reply.received_us


def test_a_user_of_the_broker_that_may_connect_only_once_hears_clock_requests_by_its_one_link(tmp_path):
    url = "mqtts://station:x@broker.example:8883"
    link = Link(url, "loa-station")
    time_service = _made(url, Settings(home=tmp_path), link, lambda _: None)
    assert time_service.own_link is None
    assert topics.ALL_TIME_REQUESTS in link._filters
    own = Settings(home=tmp_path, clock_broker_url="mqtts://station-clock:y@broker.example:8883")
    assert _made(url, own, Link(url, "loa-station"), lambda _: None).own_link is not None


def test_of_requests_that_wait_the_newest_is_answered_first():
    broker, came, at = MemoryBroker(), [], utc_now()
    link = MemoryLink(broker, "loa-station")
    node = MemoryLink(broker, NODE, on_message=came.append)
    node.subscribe(topics.time_reply(NODE))
    link.start()
    node.start()
    broker.deliver()
    key = SigningKey.generate(Role.STATION, at, timedelta(days=1))
    time_service = TimeService(link, key, lambda: at)
    for sent_us in (1, 2, 3):
        time_service.take(NODE, TimeRequest(node=NODE, sent_us=sent_us).payload())
    time_service.start()
    try:
        wait_until(lambda: broker.deliver() is None or len(came) == 3, WITHIN_S, "all are answered")
    finally:
        time_service.stop()
    replies = [TimeReply.model_validate(read_payload(one.payload.decode())) for one in came]
    assert [reply.sent_us for reply in replies] == [3, 2, 1]


def test_requests_for_which_there_is_no_room_cost_one_line(caplog, monkeypatch):
    monkeypatch.setattr("controller.runtime.time_service._QUEUE", 3)
    key = SigningKey.generate(Role.STATION, utc_now(), timedelta(days=1))
    time_service = TimeService(MemoryLink(MemoryBroker(), "loa-station"), key, utc_now)
    for sent_us in range(10):
        time_service.take(NODE, TimeRequest(node=NODE, sent_us=sent_us).payload())
    time_service.start()
    try:
        wait_until(lambda: dropped_lines(caplog), WITHIN_S, "it is told")
    finally:
        time_service.stop()
    assert dropped_lines(caplog) == ["7 clock requests dropped: 3 were waiting"]


def dropped_lines(caplog):
    return [record.getMessage() for record in caplog.records if "dropped" in record.getMessage()]
