"""Whether the station is there stands at the broker: after a connect, an orderly end, and a crash."""

import pytest

from controller.runtime.own_state import OwnState
from devices import topics
from devices.link import Link
from devices.messages import StationState
from tests.support.brokers import BrokerProcess
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.running_station import running
from tests.support.waiting import wait_until


@pytest.fixture
def broker(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def seen(broker):
    """What whoever watches hears, newest last."""
    heard = []
    link = Link(
        broker.url,
        "watch",
        on_message=lambda one: heard.append(StationState.model_validate_json(one.payload)),
    )
    link.subscribe(topics.STATION_STATE)
    link.start()
    assert wait_until(lambda: link.is_up)
    yield heard
    link.stop()


def test_it_is_online_while_it_runs_and_offline_when_it_was_stopped(tmp_path, broker, seen):
    with running(tmp_path / "home", broker_url=broker.url, speech_workers=0) as station:
        assert wait_until(lambda: seen)
        assert (seen[-1].online, seen[-1].epoch) == (True, station.lead.epoch)
        assert seen[-1].software.startswith("loa")
    assert wait_until(lambda: not seen[-1].online)
    assert seen[-1].at is not None


def test_the_broker_says_offline_when_the_connection_is_lost_and_online_when_it_is_back(
    tmp_path, broker, seen
):
    with running(tmp_path / "home", broker_url=broker.url, speech_workers=0) as station:
        assert wait_until(lambda: seen and seen[-1].online)
        station.link.cut()
        assert wait_until(lambda: [one.at for one in seen if not one.online] == [None])
        assert wait_until(lambda: seen[-1].online)


def test_what_could_not_be_said_is_said_at_the_next_turn():
    broker = MemoryBroker()
    own_state = OwnState(lambda: pytest.fail("no time is needed"), 7)
    link = MemoryLink(broker, "loa-station", will=own_state.will)
    own_state.connected()
    own_state.tell(link)
    assert broker.retained == {}
    assert own_state._is_due.is_set()
