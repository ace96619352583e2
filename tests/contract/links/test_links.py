"""What every link must do: one suite over memory, thread and event loop, at two real brokers."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest

from devices.link_api import LinkBusy, LinkDown, Message, Pending, Will
from tests.contract.links.houses import AnyHouse, LoopHouse, MemoryHouse, ThreadHouse, will_of
from tests.support.brokers import KINDS, is_available
from tests.support.parts import missing

PATIENCE_S = 20
QUIET_S = 0.4


class Client:
    """A link with everything that it told its owner."""

    def __init__(self, house: AnyHouse, name: str, **options: Any) -> None:
        self.came: Queue[Message] = Queue()
        self.up, self.down = Event(), Event()
        self.ups = 0
        self.said: list[str] = []
        self.link = house.link(
            name, on_message=self._take, on_up=self._note_up, on_down=self._note_down, **options
        )

    def _take(self, message: Message) -> None:
        self.said.append(message.topic)
        self.came.put(message)

    def _note_up(self) -> None:
        self.said.append("up")
        self.ups += 1
        self.down.clear()
        self.up.set()

    def _note_down(self) -> None:
        self.said.append("down")
        self.up.clear()
        self.down.set()

    def next(self) -> Message:
        return self.came.get(timeout=PATIENCE_S)

    def stays_silent(self) -> bool:
        try:
            self.came.get(timeout=QUIET_S)
        except Empty:
            return True
        return False


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = monotonic() + PATIENCE_S
    while not holds():
        if monotonic() > deadline:
            return False
        sleep(0.02)
    return True


HOUSES: dict[str, Callable[[Path], AnyHouse]] = {"memory": lambda _: MemoryHouse()}
for _kind in KINDS:
    HOUSES[f"thread-{_kind}"] = lambda path, kind=_kind: ThreadHouse(kind, path)  # type: ignore[misc]
    HOUSES[f"loop-{_kind}"] = lambda path, kind=_kind: LoopHouse(kind, path)  # type: ignore[misc]
REAL = [name for name in HOUSES if name != "memory"]


@pytest.fixture(params=list(HOUSES))
def closed_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyHouse]:
    kind = request.param.rpartition("-")[2]
    if not is_available(kind):
        missing(kind)
    house = HOUSES[request.param](tmp_path)
    yield house
    house.close()


@pytest.fixture
def house(closed_house: AnyHouse) -> AnyHouse:
    closed_house.open_broker()
    return closed_house


@pytest.fixture
def open_client(closed_house: AnyHouse) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def make(name: str, *filters: str, wait: bool = True, **options: Any) -> Client:
        client = Client(closed_house, name, **options)
        clients.append(client)
        if filters:
            client.link.subscribe(*filters)
        client.link.start()
        if wait:
            assert client.up.wait(PATIENCE_S)
        return client

    yield make
    for client in clients:
        client.link.stop()


@pytest.mark.usefixtures("house")
class TestUp:
    def test_what_is_published_arrives_at_who_subscribed(self, open_client):
        listener, speaker = open_client("l", "a/b"), open_client("s")
        assert speaker.link.publish("a/b", b"hello").wait(PATIENCE_S)
        assert listener.next() == Message("a/b", b"hello", 1, retain=False)

    def test_qos_0_arrives_and_settles(self, open_client):
        listener, speaker = open_client("l", "a/b"), open_client("s")
        assert speaker.link.publish("a/b", b"x", 0).wait(PATIENCE_S)
        assert listener.next().payload == b"x"

    def test_nobody_gets_what_he_did_not_subscribe_to(self, open_client):
        listener, speaker = open_client("l", "a/b"), open_client("s")
        assert speaker.link.publish("a/c", b"x").wait(PATIENCE_S)
        assert listener.stays_silent()

    def test_plus_takes_one_level_and_no_more(self, open_client):
        listener, speaker = open_client("l", "a/+/c"), open_client("s")
        for topic in ("a/c", "a/b/b/c", "a/b/c"):
            assert speaker.link.publish(topic, b"x").wait(PATIENCE_S)
        assert listener.next().topic == "a/b/c"
        assert listener.stays_silent()

    def test_a_retained_message_waits_for_who_comes_later_and_says_so(self, open_client):
        speaker = open_client("s")
        assert speaker.link.publish("kept/1", b"x", retain=True).wait(PATIENCE_S)
        late = open_client("l", "kept/+")
        message = late.next()
        assert (message.topic, message.payload, message.retain) == ("kept/1", b"x", True)

    def test_an_empty_retained_message_clears(self, open_client):
        speaker = open_client("s")
        assert speaker.link.publish("kept/2", b"x", retain=True).wait(PATIENCE_S)
        assert speaker.link.publish("kept/2", b"", retain=True).wait(PATIENCE_S)
        assert open_client("l", "kept/2").stays_silent()

    def test_a_live_retained_publish_is_not_marked_as_retained(self, open_client):
        listener, speaker = open_client("l", "kept/3"), open_client("s")
        assert speaker.link.publish("kept/3", b"x", retain=True).wait(PATIENCE_S)
        assert not listener.next().retain

    def test_on_up_comes_before_any_message(self, open_client):
        speaker = open_client("s")
        for n in range(20):
            assert speaker.link.publish(f"kept/{n}", b"x", retain=True).wait(PATIENCE_S)
        listener = open_client("l", "kept/+")
        assert {listener.next().topic for _ in range(20)} == {f"kept/{n}" for n in range(20)}
        assert listener.said[0] == "up"

    def test_subscribing_later_works_at_once(self, open_client):
        listener, speaker = open_client("l"), open_client("s")
        assert speaker.link.publish("kept/9", b"old", retain=True).wait(PATIENCE_S)
        listener.link.subscribe("kept/9")
        assert listener.next().payload == b"old"

    def test_after_unsubscribing_nothing_comes(self, open_client):
        listener, speaker = open_client("l", "a/b", "done"), open_client("s")
        listener.link.unsubscribe("a/b")
        assert listener.link.publish("done", b"").wait(PATIENCE_S)
        assert listener.next().topic == "done"
        assert speaker.link.publish("a/b", b"x").wait(PATIENCE_S)
        assert listener.stays_silent()

    def test_a_will_is_published_when_the_link_is_cut(self, open_client):
        listener, mortal = open_client("l", "state"), open_client("m", will=will_of("state"))
        mortal.link.cut()
        assert listener.next().payload == b"gone"
        assert eventually(lambda: "down" in mortal.said)

    def test_a_will_may_be_made_anew_for_every_connection(self, open_client):
        listener = open_client("l", "state/+")
        made: list[str] = []

        def next_will() -> Will:
            made.append(f"state/{len(made)}")
            return will_of(made[-1])

        mortal = open_client("m", will=next_will)
        mortal.link.cut()
        assert listener.next().topic == "state/0"
        assert eventually(lambda: mortal.ups == 2)
        of_the_second = made[-1]
        mortal.link.cut()
        assert listener.next().topic == of_the_second

    def test_no_will_is_published_after_a_farewell(self, open_client):
        listener, polite = open_client("l", "state"), open_client("m", will=will_of("state"))
        polite.link.stop()
        assert listener.stays_silent()
        assert not polite.link.is_up

    def test_what_was_published_before_stop_still_arrives(self, open_client):
        listener, speaker = open_client("l", "last"), open_client("s")
        outcomes = [speaker.link.publish("last", b"x" * 20_000) for _ in range(20)]
        speaker.link.stop()
        assert all(pending.wait(PATIENCE_S) for pending in outcomes)
        assert [listener.next().topic for _ in range(20)] == ["last"] * 20

    def test_two_hundred_chunks_arrive_whole_and_in_order(self, open_client):
        listener, speaker = open_client("l", "chunk/+"), open_client("s")
        sent = [speaker.link.publish(f"chunk/{n}", n.to_bytes(2, "big") * 16384) for n in range(200)]
        assert all(pending.wait(PATIENCE_S) for pending in sent)
        for n in range(200):
            message = listener.next()
            assert message.topic == f"chunk/{n}"
            assert message.payload == n.to_bytes(2, "big") * 16384

    def test_a_link_that_is_cut_comes_back_and_hears_again(self, open_client):
        listener, speaker = open_client("l", "a/b"), open_client("s")
        listener.link.cut()
        assert eventually(lambda: listener.ups == 2)
        assert speaker.link.publish("a/b", b"again").wait(PATIENCE_S)
        assert listener.next().payload == b"again"

    # The memory broker lets such a fault surface in the test that delivers.
    @pytest.mark.parametrize("closed_house", REAL, indirect=True)
    @pytest.mark.usefixtures("closed_house")
    def test_a_callback_that_fails_does_not_end_the_link(self, open_client, caplog):
        speaker = open_client("s")
        listener = open_client("l", "a/b")
        took, listener.came = listener.came, None
        assert speaker.link.publish("a/b", b"1").wait(PATIENCE_S)
        assert eventually(lambda: "failed" in caplog.text)
        listener.came = took
        assert speaker.link.publish("a/b", b"2").wait(PATIENCE_S)
        assert listener.next().payload == b"2"

    def test_a_link_works_beyond_file_descriptor_1024(self, open_client):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        nowhere = os.open(os.devnull, os.O_RDONLY)
        taken = [nowhere, *(os.dup(nowhere) for _ in range(1100))]
        try:
            listener, speaker = open_client("l", "a/b"), open_client("s")
            assert speaker.link.publish("a/b", b"x").wait(PATIENCE_S)
            assert listener.next().payload == b"x"
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class TestDown:
    def test_publishing_while_down_raises_and_keeps_nothing(self, closed_house, open_client):
        speaker = open_client("s", wait=False)
        with pytest.raises(LinkDown):
            speaker.link.publish("a/b", b"lost")
        closed_house.open_broker()
        listener = open_client("l", "a/b")
        assert speaker.up.wait(PATIENCE_S)
        assert listener.stays_silent()

    def test_a_broker_that_appears_later_is_found(self, closed_house, open_client):
        listener = open_client("l", "a/b", wait=False)
        assert not listener.up.wait(QUIET_S)
        closed_house.open_broker()
        assert listener.up.wait(PATIENCE_S)
        assert listener.link.publish("a/b", b"x").wait(PATIENCE_S)
        assert listener.next().payload == b"x"

    def test_after_a_broker_restart_the_link_is_up_again_and_subscribed(self, house, open_client):
        listener = open_client("l", "a/b")
        house.kill_broker()
        assert listener.down.wait(PATIENCE_S)
        assert not listener.link.is_up
        house.open_broker()
        assert listener.up.wait(PATIENCE_S)
        assert listener.ups == 2
        assert listener.link.publish("a/b", b"back").wait(PATIENCE_S)
        assert listener.next().payload == b"back"

    def test_what_is_outstanding_when_the_broker_dies_fails_and_is_not_sent_later(self, house, open_client):
        speaker = open_client("s")
        outcomes: list[Pending] = []
        house.kill_broker()
        with suppress(LinkDown):
            outcomes.extend(speaker.link.publish("a/b", b"x" * 30_000) for _ in range(50))
        assert speaker.down.wait(PATIENCE_S)
        assert eventually(lambda: all(pending.outcome is False for pending in outcomes))
        assert all(pending.failure for pending in outcomes)
        house.open_broker()
        listener = open_client("l", "a/b")
        assert eventually(lambda: speaker.ups == 2)
        assert listener.stays_silent()

    def test_a_link_stops_promptly_while_no_broker_is_there(self, open_client):
        link = open_client("s", wait=False).link
        began = monotonic()
        link.stop()
        assert monotonic() - began < 8


class TestWindow:
    # The memory broker takes everything at once; its window is tested in virtual time.
    @pytest.mark.parametrize("closed_house", REAL, indirect=True)
    @pytest.mark.usefixtures("house")
    def test_too_much_outstanding_raises_busy_and_then_goes_on(self, open_client, closed_house):
        speaker = open_client("s", window=10)
        outcomes: list[Pending] = []
        with closed_house.broker.paused(), pytest.raises(LinkBusy):
            outcomes.extend(speaker.link.publish("a/b", b"x" * 60_000) for _ in range(11))
        assert all(pending.wait(PATIENCE_S) for pending in outcomes)
        assert speaker.link.publish("a/b", b"x").wait(PATIENCE_S)
