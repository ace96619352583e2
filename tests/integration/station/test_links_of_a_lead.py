"""A station that does not lead neither connects nor sends: another one has its name at the broker."""

from threading import Event

import pytest

from devices.link import Link, Options
from devices.link_api import LinkDown
from tests.support.waiting import wait_until


def test_a_link_is_cut_when_the_lead_is_lost_and_comes_back_with_it(mosquitto):
    leads, lost = Event(), Event()
    options = Options("loa-station", may_speak=leads.is_set)
    link = Link(mosquitto.url, "loa-station", on_down=lost.set, options=options)
    link.start()
    try:
        assert not wait_until(lambda: link.is_up, 1.5), "it does not even connect"
        leads.set()
        assert wait_until(lambda: link.is_up)
        leads.clear()
        with pytest.raises(LinkDown):
            link.publish("loa/v1/plan/56", b"old", retain=True)
        assert lost.wait(10), "within a second, though nothing is to be sent"
        leads.set()
        assert wait_until(lambda: link.is_up)
    finally:
        link.stop()


def test_who_leads_takes_the_name_at_the_broker_from_who_led_before(mosquitto):
    """The former leader does not take it back when it wakes up."""
    leads = Event()
    leads.set()
    former = Link(mosquitto.url, "loa-station", options=Options("loa-station", may_speak=leads.is_set))
    new = Link(mosquitto.url, "loa-station", options=Options("loa-station"))
    try:
        former.start()
        assert wait_until(lambda: former.is_up)
        leads.clear()
        new.start()
        assert wait_until(lambda: new.is_up and not former.is_up)
        assert not wait_until(lambda: not new.is_up or former.is_up, 2.0)
    finally:
        new.stop()
        former.stop()
