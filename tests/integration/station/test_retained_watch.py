"""A foreign client with the station's password wipes or changes what the broker retains: it is put back."""

import json
import threading

import pytest

from devices import topics
from devices.link import Link
from tests.support.running_station import running
from tests.support.stored_rows import newest_entries
from tests.support.waiting import WITHIN, wait_until

KEYS = topics.keys("56")


class Foreigner:
    """A client that sees what the broker retains, as any node does, and writes there."""

    def __init__(self, station):
        self.held = {}
        up = threading.Event()
        self.link = Link(station.broker_url, "foreigner", on_message=self._take, on_up=up.set)
        self.link.subscribe(*topics.RETAINED_FILTERS)
        self.link.start()
        assert up.wait(WITHIN)

    def _take(self, message):
        self.held[message.topic] = message.payload

    def put(self, topic, payload):
        assert self.link.publish(topic, payload, 1, retain=True).wait(WITHIN)


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_wiped_and_changed_documents_come_back_by_themselves(tmp_path, broker):
    with running(tmp_path, speech_workers=0, broker=broker) as station:
        foreigner = Foreigner(station)
        assert wait_until(lambda: {KEYS, topics.policy("56")} <= foreigner.held.keys())
        ours = dict(foreigner.held)
        for topic in ours:
            foreigner.put(topic, b"")
        assert wait_until(lambda: foreigner.held == ours)
        foreigner.put(KEYS, json.dumps({"keys": []}).encode())
        assert wait_until(lambda: foreigner.held[KEYS] == ours[KEYS])
        fresh = Foreigner(station)  # who comes now reads it retained
        assert wait_until(lambda: fresh.held == ours)
        with station.store.read() as session:
            acts = [entry.act for entry in newest_entries(session, 20)]
        assert acts.count("broker.put-back") == 1
        for one in (foreigner, fresh):
            one.link.stop()


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_a_broker_that_forgot_all_and_a_station_that_starts_anew_are_made_good(tmp_path, broker):
    with running(tmp_path, speech_workers=0, broker=broker) as station:
        foreigner = Foreigner(station)
        assert wait_until(lambda: {KEYS, topics.policy("56")} <= foreigner.held.keys())
        ours = dict(foreigner.held)
        station.broker._process.kill()  # started again by the beat, on the same port, with nothing kept
        foreigner.held.clear()
        assert wait_until(lambda: foreigner.held == ours)
        foreigner.link.stop()
    with running(tmp_path, speech_workers=0, broker=broker, enrolled=False) as station:
        fresh = Foreigner(station)
        assert wait_until(lambda: fresh.held == ours)
        fresh.link.stop()
