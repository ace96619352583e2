import pytest

from devices.link_api import Address, LinkBusy, LinkDown, Message, Will
from tests.support.memory_link import WINDOW, MemoryBroker, MemoryLink, matches


@pytest.mark.parametrize(
    ("topic_filter", "topic", "takes"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("+", "a/b", False),
    ],
)
def test_filters_take_what_mqtt_says(topic_filter, topic, takes):
    assert matches(topic_filter, topic) is takes


def test_nothing_moves_until_it_is_delivered():
    broker, came = MemoryBroker(), []
    link = MemoryLink(broker, "a", on_message=came.append)
    link.subscribe("t")
    link.start()
    with pytest.raises(LinkDown):
        link.publish("t", b"x")
    broker.deliver()
    pending = link.publish("t", b"x")
    assert (pending.outcome, came) == (None, [])
    broker.deliver()
    assert (pending.outcome, came) == (True, [Message("t", b"x", 1)])


def test_the_window_is_bounded():
    broker = MemoryBroker()
    link = MemoryLink(broker, "a")
    link.start()
    broker.deliver()
    for _ in range(WINDOW):
        link.publish("t", b"x")
    with pytest.raises(LinkBusy):
        link.publish("t", b"x")
    broker.deliver()
    assert link.publish("t", b"x").outcome is None


def test_a_second_link_of_the_same_id_throws_the_first_off_and_its_will_is_said():
    broker, came, lost = MemoryBroker(), [], []
    watcher = MemoryLink(broker, "w", on_message=came.append)
    watcher.subscribe("state")
    first = MemoryLink(broker, "n", will=Will("state", b"gone"), on_down=lambda: lost.append(1))
    second = MemoryLink(broker, "n")
    for link in (watcher, first, second):
        link.start()
    broker.deliver()
    assert (first.is_up, second.is_up, lost) == (False, True, [1])
    assert [message.payload for message in came] == [b"gone"]


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "127.0.0.1:1883", "mqtt://host:port"])
def test_an_address_that_names_no_broker_is_refused(url):
    with pytest.raises(ValueError):
        Address.of(url)


def test_an_address_carries_user_and_password_and_knows_the_usual_ports():
    assert Address.of("mqtt://u:p%40ss@h:99") == Address("h", 99, "u", "p@ss", tls=False)
    assert Address.of("mqtts://h") == Address("h", 8883, None, None, tls=True)
