"""Two stations never run on one home, or on one database."""

import threading
import time

import pytest

from controller.app import Controller
from controller.clocks import steady_seconds
from controller.errors import StartFailed
from controller.features.plans.leadership import epoch_of
from controller.features.plans.queries import unacknowledged
from controller.features.plans.service import forget_acknowledgements
from controller.runtime import lead
from controller.settings import Settings
from controller.store import Store
from controller.store.station_lock import lock_of
from tests.support.brokers import BrokerProcess
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.running_station import ENGINES, running
from tests.support.waiting import wait_until


def test_a_second_station_on_one_home_does_not_start_and_the_first_goes_on(tmp_path):
    with running(tmp_path / "home", speech_workers=0, broker="embedded") as first:
        settings = Settings(home=tmp_path / "home", port=0, speech_workers=0, broker="embedded")
        second = Controller(settings, engines=ENGINES, serve_pages=False)
        with pytest.raises(StartFailed) as refused:
            second.start()
        assert refused.value.code == "station.home_in_use"
        assert second.broker is None
        with first.store.write():
            assert first.broker.is_running()


def test_a_second_station_on_one_database_does_not_start_and_the_first_goes_on(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    with running(tmp_path / "first", speech_workers=0, broker="embedded", database_url=url) as first:
        settings = Settings(
            home=tmp_path / "second", port=0, speech_workers=0, broker="embedded", database_url=url
        )
        second = Controller(settings, engines=ENGINES, serve_pages=False)
        with pytest.raises(StartFailed) as refused:
            second.start()
        assert refused.value.code == "station.database_in_use"
        assert str(tmp_path / "first") in refused.value.sentence
        assert second.broker is None
        assert first.lead.lock.check()


def test_a_station_that_lost_the_database_to_another_publishes_nothing_until_it_has_it_again(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    with running(tmp_path / "first", speech_workers=0, broker="embedded", database_url=url) as first:
        other = lock_of(first.store, tmp_path / "second")
        first.lead.lock.path.unlink()
        other.take()
        assert wait_until(lambda: not first.lead.lock.is_held)
        with first.store.write() as session:
            forget_acknowledgements(session)
        first.wake()
        time.sleep(2)  # several beats: none of them may send anything
        urgent = waiting(first)
        first.publish_now(urgent)
        assert waiting(first)
        assert first.way.left_s == 0, "nothing was handed over: the periodic work must send it"
        other.release()
        first.wake()
        assert wait_until(lambda: not waiting(first))
        first.publish_now(urgent)
        assert first.way.left_s > 0


def test_a_station_that_stood_still_past_its_lease_begins_a_new_epoch(tmp_path, postgres):  # noqa: F811
    """On PostgreSQL `loa up` goes on, cut off from its broker until it has the lease again."""
    url = postgres.create(migrated(postgres))
    with running(tmp_path / "home", speech_workers=0, broker="embedded", database_url=url) as station:
        assert wait_until(station.broker_up)
        before, ups = station.lead.epoch, []
        station.link._events.on_up, again = lambda: ups.append(1), station.link._events.on_up
        station.lead.lock.clock = lambda: steady_seconds() + station.lead.lock.life_s
        assert wait_until(lambda: station.lead.epoch > before)
        assert wait_until(lambda: ups), "it connects anew, with the new epoch in its will"
        again()
        assert station.own_state.epoch == station.time_service.epoch == station.lead.epoch
        with station.led.write() as session:
            assert epoch_of(session) == station.lead.epoch


def test_a_leader_that_loses_the_broker_for_long_lets_another_station_try(tmp_path, monkeypatch):
    monkeypatch.setattr(lead, "BROKER_AWAY_S", 1.0)
    broker, gave_up = BrokerProcess("mosquitto", tmp_path), threading.Event()
    broker.start()
    with running(tmp_path / "home", speech_workers=0, broker_url=broker.url) as station:
        assert wait_until(station.broker_up)
        station.on_lost = gave_up.set
        assert not gave_up.wait(2.5)
        broker.kill()
        assert gave_up.wait(20)


def test_a_leader_that_never_had_the_broker_keeps_the_lead(tmp_path):
    one = lead.Lead(Store(f"sqlite:///{tmp_path / 'loa.sqlite'}"), tmp_path, lambda: None)
    assert not one.is_cut_off(broker_up=False, at=0.0)
    assert not one.is_cut_off(broker_up=False, at=1e6)
    assert not one.is_cut_off(broker_up=True, at=1e6)
    assert not one.is_cut_off(broker_up=False, at=1e6 + lead.BROKER_AWAY_S)
    assert one.is_cut_off(broker_up=False, at=1e6 + lead.BROKER_AWAY_S + 1)
    one.store.close()


def waiting(station):
    with station.store.read() as session:
        return unacknowledged(session)
