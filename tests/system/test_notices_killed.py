"""The station is killed at random while it tells: no notice is lost, and none is taken twice."""

import json
import random

import pytest
from sqlalchemy import func, select

from controller.app import Controller
from controller.host.station_keys import StationSeal, station_key
from controller.host.web_push import public_push_key
from controller.model.followers import Announcement, FollowerMessage
from controller.model.notice_ways import OPEN, MessageState, NoticeMessage
from controller.model.notices import Notice
from controller.settings import PRACTICE_PROVINCE
from controller.store import Store
from tests.support import crashing_notices
from tests.support.crashing_notices import EACH, make_home, settings_of, tell
from tests.support.fleet_of_crashes import Forked
from tests.support.nightly import amount
from tests.support.notice_receivers import PostServer, SubscribedBrowser
from tests.support.waiting import wait_until

KILLS = amount(4, 20)


@pytest.mark.slow
def test_a_killed_station_loses_no_notice_and_sends_none_twice(tmp_path):
    home, chance = tmp_path / "home", random.Random(20261128)
    with PostServer() as server:
        phones = [SubscribedBrowser(server, f"/push/{number}") for number in range(3)]
        make_home(home, server.address("/hook"), phones)
        for _ in range(KILLS):
            with_running(home, server, lambda: wait_until(lambda: False, chance.uniform(0.05, 1.0)))
        (home / "enough").touch()
        store = Store(settings_of(home).database, signer=StationSeal(station_key(settings_of(home))))
        with_running(home, server, lambda: wait_until(lambda: all_are_sent(store)))
        with store.read() as session:
            told = session.scalar(select(func.count()).select_from(Notice))
            states = set(session.scalars(select(NoticeMessage.state)))
            ids = set(session.scalars(select(NoticeMessage.id)))
            announced = set(session.scalars(select(Announcement.subject).where(Announcement.urgent)))
        shown = [phone.read(public_push_key(store.signer)) for phone in phones]
        store.close()
    assert announced == {f"s{number}" for number in range(0, told, EACH)}
    for phone in shown:  # a second one with the same id is not shown again
        seen = {one["id"]: one["tag"] for one in phone if one["urgent"]}
        assert sorted(seen.values()) == sorted(announced)
    posts = [one for one in server.posts if one.path == "/hook"]
    taken = {post.headers["webhook-id"]: json.loads(post.body)["data"]["subject"] for post in posts}
    assert told >= KILLS // 2  # a slow station is killed before it tells anything new
    assert states == {MessageState.SENT}
    assert taken.keys() == ids  # none was lost, and none is of what was rolled back
    assert sorted(taken.values()) == sorted(f"s{number}" for number in range(told))  # each once


@pytest.mark.slow
def test_a_practice_station_tells_nobody_outside(tmp_path):
    home = tmp_path / "home"
    with PostServer() as server:
        practice = {"province": PRACTICE_PROVINCE}
        make_home(home, server.address("/hook"), **practice)
        station = Controller(settings_of(home, **practice), serve_pages=False)
        station.start()
        try:
            with station.store.write() as session:
                tell(session, "s0", "Tập dượt.", now=station.now())
            assert not wait_until(lambda: server.posts, 2.0)
        finally:
            station.stop()


def with_running(home, server, act):
    """Run a station until it has sent something and `act` is over, then kill it."""
    before = len(server.posts)
    station = Forked(crashing_notices.run, home)
    try:
        assert wait_until(lambda: len(server.posts) > before or (home / "enough").exists())
        act()
    finally:
        station.end(at_once=True)


def all_are_sent(store):
    with store.read() as session:
        left = select(func.count()).select_from(NoticeMessage).where(NoticeMessage.state.in_(OPEN))
        unwritten = select(func.count()).select_from(Announcement).where(Announcement.done_at.is_(None))
        on_their_way = select(func.count()).select_from(FollowerMessage)
        return not any(session.scalar(one) for one in (left, unwritten, on_their_way))
