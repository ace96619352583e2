"""One copy of what all nodes of a fleet get."""

from devices import topics
from devices.messages import NodeId, RecordingId
from simulator.shared_payloads import MOST_SHARED, SharedPayloads

CHUNK = topics.chunk(RecordingId("0" * 64), 3)


def fresh(text: str) -> bytes:
    return bytes(bytearray(text.encode()))


def test_the_same_message_to_many_nodes_is_one_object():
    payloads = SharedPayloads()
    first = payloads.one(CHUNK, fresh("sound"))
    assert payloads.one(CHUNK, fresh("sound")) is first


def test_another_payload_on_the_topic_is_never_mistaken_for_it():
    payloads = SharedPayloads()
    payloads.one(CHUNK, fresh("sound"))
    assert payloads.one(CHUNK, fresh("noise")) == b"noise"


def test_what_is_for_one_node_is_not_held_and_the_rest_is_bounded():
    payloads = SharedPayloads()
    payloads.one(topics.time_reply(NodeId("n1")), fresh("now"))
    first = payloads.one(CHUNK, fresh("sound"))
    for n in range(MOST_SHARED):
        payloads.one(topics.chunk(RecordingId("1" * 64), n), fresh(str(n)))
    again = fresh("sound")
    assert payloads.one(CHUNK, again) is again is not first
