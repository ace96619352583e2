import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import topics
from tests.support.memory_link import matches

_PLAIN = string.ascii_letters + string.digits
names = st.builds(str.__add__, st.sampled_from(_PLAIN), st.text(_PLAIN + "._-", max_size=63))
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
numbers = st.integers(0, 4095)


@given(names, digests, numbers)
def test_what_is_built_parses_back_to_the_same(name, digest, n):
    assert topics.parse(topics.keys("56")) == topics.KeysTopic("56")
    assert topics.parse(topics.plan(name)) == topics.PlanTopic(name)
    assert topics.parse(topics.policy(name)) == topics.PolicyTopic(name)
    assert topics.parse(topics.manifest(digest)) == topics.ManifestTopic(digest)
    assert topics.parse(topics.chunk(digest, n)) == topics.ChunkTopic(digest, n)
    assert topics.parse(topics.repair_chunk(name, digest, n)) == topics.RepairChunkTopic(name, digest, n)
    assert topics.parse(topics.state(name)) == topics.StateTopic(name)
    assert topics.parse(topics.vitals(name)) == topics.VitalsTopic(name)
    assert topics.parse(topics.receipt(name)) == topics.ReceiptTopic(name)
    assert topics.parse(topics.receipt_committed(name)) == topics.ReceiptCommittedTopic(name)
    assert topics.parse(topics.want(name)) == topics.WantTopic(name)
    assert topics.parse(topics.time(name)) == topics.TimeTopic(name)
    assert topics.parse(topics.time_reply(name)) == topics.TimeReplyTopic(name)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "loa/v1",
        "loa/v1/",
        "loa/v2/keys",
        "x/loa/v1/keys/56",
        "loa/v1/keys/",
        "loa/v1/plan/",
        "loa/v1/plan/a/b",
        "loa/v1/plan/+",
        "loa/v1/recording/abc/manifest",
        f"loa/v1/recording/{'0' * 64}/chunk/01",
        f"loa/v1/recording/{'0' * 64}/chunk/-1",
        f"loa/v1/recording/{'0' * 64}/chunk/9999999",
        f"loa/v1/recording/{'A' * 64}/manifest",
        "loa/v1/keys/56\n",
        "loa/v1/keys",
        "loa/v1/node/n/unheard-of",
    ],
)
def test_any_other_topic_is_unknown(topic):
    with pytest.raises(topics.UnknownTopic):
        topics.parse(topic)


@given(names, digests, numbers)
def test_filters_take_exactly_their_topics(node, digest, n):
    filters = topics.node_filters(node, ["56", "56-1"])
    assert any(matches(one, topics.repair_chunk(node, digest, n)) for one in filters)
    assert any(matches(one, topics.plan("56-1")) for one in filters)
    assert not any(matches(one, topics.want(node)) for one in filters)
    assert matches(topics.chunks(digest), topics.chunk(digest, n))
    assert not matches(topics.ALL_TIME_REQUESTS, topics.time_reply(node))


def test_the_station_hears_every_channel_of_nodes_and_no_echo_of_its_own():
    for channel in topics.CHANNELS:
        example = re.sub(r"{\w+}", "x", channel.address)
        heard = any(matches(one, example) for one in topics.STATION_FILTERS)
        assert heard is (channel.sender == "node")


def test_what_is_retained_by_the_station_can_be_read_back_by_filters():
    for channel in topics.CHANNELS:
        example = re.sub(r"{\w+}", "x", channel.address)
        read = any(matches(one, example) for one in topics.RETAINED_FILTERS)
        is_document = channel.sender == "station" and channel.retained and channel.name != "stationState"
        assert read is is_document
