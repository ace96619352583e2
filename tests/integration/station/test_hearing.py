"""What the running station believes of nodes when its own connection comes and goes."""

import contextlib
import queue
import threading
import time

from controller.features.fleet.queries import get_node
from devices import topics
from devices.jose import read_payload
from devices.link import Link
from devices.messages import NodeState, TimeReply, TimeRequest
from tests.support.running_station import NODES, running
from tests.support.waiting import WITHIN, wait_until

NODE = NODES[0].id
ASK_EVERY_S = 0.5
"""A node's budget for clock requests allows two a second; more are dropped without a reply."""


def of_node(station):
    with station.store.read() as session:
        return get_node(session, NODE)


def test_a_reconnect_of_the_station_does_not_make_a_silent_node_look_heard(tmp_path):
    with running(tmp_path, speech_workers=0, broker="embedded") as station:
        up = threading.Event()
        node = Link(station.broker_url, NODE, on_up=up.set)
        node.start()
        assert up.wait(WITHIN)
        said = NodeState(node=NODE, session=3, online=True, at=station.now(), software="test")
        node.publish(topics.state(NODE), said.payload(), 1, retain=True).wait(WITHIN)
        assert wait_until(lambda: of_node(station).online)
        heard_at = of_node(station).last_heard_at
        # a second node's word comes after what is retained: once it is written, the retained state was too
        station.link.cut()
        assert wait_until(lambda: not station.broker_up())
        assert wait_until(station.broker_up)
        other = NodeState(node=NODES[1].id, session=1, online=True, at=None, software="test")
        node.publish(topics.state(NODES[1].id), other.payload(), 1, retain=True).wait(WITHIN)

        def other_is_online():
            with station.store.read() as session:
                return get_node(session, NODES[1].id).online

        assert wait_until(other_is_online)
        assert of_node(station).last_heard_at == heard_at
        node.stop()


def test_a_clock_reply_states_the_versions_and_the_epoch_of_the_station(tmp_path):
    with running(tmp_path, speech_workers=0, broker="embedded") as station:
        came = queue.Queue()
        node = Link(station.broker_url, NODE, on_message=came.put_nowait)
        node.subscribe(topics.time_reply(NODE))
        node.start()
        assert wait_until(lambda: node.is_up)

        replies = []

        def is_told():
            """Ask again until the station has read the versions; a request of QoS 0 may be lost."""
            node.publish(topics.time(NODE), TimeRequest(node=NODE, sent_us=7).payload())
            with contextlib.suppress(queue.Empty):
                payload = came.get(timeout=ASK_EVERY_S).payload.decode()
                replies.append(TimeReply.model_validate(read_payload(payload)))
            time.sleep(ASK_EVERY_S)
            return replies and replies[-1].keys and replies[-1].policies

        assert wait_until(is_told)
        last = replies[-1]
        assert set(last.keys) >= {"56"}
        assert set(last.policies) == {"56"}
        assert last.epoch == station.lead.epoch > 0
        node.stop()
