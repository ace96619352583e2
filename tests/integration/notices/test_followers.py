"""Phones that follow a commune: told of emergencies first, once each, and forgotten when they are gone."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, func, select

from controller.errors import BadInput, Conflict, NotFound
from controller.features.emergencies.service import WantedCall, call_alone, sound_all_clear
from controller.features.emergencies.stopping import stop_in
from controller.features.listeners import announcing, follows
from controller.features.listeners.follows import follow_commune, followed, unfollow_commune
from controller.features.notices import announcements
from controller.features.notices.announcements import claim_told, spread, sweep_announcements
from controller.features.withdrawals.service import withdraw_bulletin
from controller.host.web_push import public_push_key
from controller.model.emergency_states import Kind
from controller.model.followers import Announcement, Follower, FollowerMessage
from controller.model.times import Times
from controller.runtime.notice_sender import NoticeSender, ways_by
from tests.integration.notices.conftest import SETTINGS
from tests.support.alarms import prepared
from tests.support.notice_receivers import SubscribedBrowser
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE
from tests.support.waiting import wait_until

HOW = {"password": PASSWORD, "times": Times(least_lead=timedelta(seconds=5))}


@pytest.fixture
def following(world, server):
    """Returns what a new phone that follows a commune got, without the message that it follows."""
    numbers = count(1)

    def made(area=NHA_TRANG, *, bulletins=False, browser=None):
        browser = browser or SubscribedBrowser(server, f"/push/f{next(numbers)}")
        given = {"address": browser.endpoint, "keys": browser.keys, "settings": SETTINGS}
        world.do(follow_commune, area, bulletins=bulletins, **given)
        return browser

    return made


def got(world, browser):
    told = browser.read(public_push_key(world.store.signer))
    return [one for one in told if not one["title"].startswith("Đang theo dõi")]


def alarm(world, areas=(NHA_TRANG,), name=None):
    name = name or prepared(world)
    return world.do(call_alone, WantedCall(areas, name), "Lũ về.", by=world.approver, **HOW).row


def rows(world, what):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(what)))


def is_idle(world):
    return wait_until(lambda: not rows(world, FollowerMessage))


@pytest.mark.usefixtures("sender")
def test_an_alarm_reaches_who_follows_there_and_then_what_ended_it(world, following):
    here, another, elsewhere = following(), following(), following(BAC_NHA_TRANG)
    assert is_idle(world)
    row = alarm(world)
    for phone in (here, another):
        assert wait_until(lambda phone=phone: got(world, phone))
    (told,) = got(world, here)
    assert (told["path"], told["urgent"], told["public"]) == (f"/cong-khai/{NHA_TRANG}", True, True)
    assert told["body"]
    world.do(stop_in, [PROVINCE], by=world.approver, reason="Gọi nhầm nhà ông Ba")
    assert wait_until(lambda: len(got(world, here)) == 2)
    over = got(world, here)[1]
    assert over["title"].startswith("Đã dừng:")
    assert "ông Ba" not in over["body"]
    assert over["tag"] == told["tag"] == row.id  # the phone shows it in place of the alarm
    assert got(world, elsewhere) == []


@pytest.mark.usefixtures("sender")
def test_an_all_clear_takes_the_place_of_the_alarm(world, following):
    phone = following()
    row = alarm(world)
    assert wait_until(lambda: got(world, phone))
    world.do(sound_all_clear, row.id, prepared(world, Kind.ALL_CLEAR), by=world.approver, **HOW)
    assert wait_until(lambda: len(got(world, phone)) == 2)
    assert is_idle(world)
    assert [one["tag"] for one in got(world, phone)] == [row.id, row.id]


def test_what_has_ended_before_it_was_sent_is_told_to_nobody_where_it_ended(world, following):
    following(), following(BAC_NHA_TRANG)
    world.do(spread)
    welcomes = rows(world, FollowerMessage)
    alarm(world, (NHA_TRANG, BAC_NHA_TRANG))
    world.do(spread)
    assert rows(world, FollowerMessage) == welcomes + 2
    world.do(stop_in, [BAC_NHA_TRANG], by=world.approver)
    assert rows(world, FollowerMessage) == welcomes + 1
    world.do(stop_in, [NHA_TRANG], by=world.approver)
    assert rows(world, FollowerMessage) == welcomes


def test_an_emergency_goes_before_bulletins_that_wait(world, server, following):
    phones = [following(bulletins=True) for _ in range(4)]
    sound(world, world.approved())
    alarm(world)
    sender = NoticeSender(world.store, ways_by(SETTINGS, world.store.signer), lambda: world.now, lambda: True)
    sender.start()
    assert is_idle(world)
    sender.stop()
    key = public_push_key(world.store.signer)
    order = [phone.read(key) for phone in phones]
    assert all({one["urgent"] for one in told} == {True, False} for told in order)
    urgent = {one.path: one.at for one in server.posts if one.headers["urgency"] == "high"}
    usual = [one for one in server.posts if one.headers["urgency"] == "normal"]
    assert max(urgent.values()) <= min(one.at for one in usual)


def sound(world, bulletin):
    """Have a bulletin sound in the commune."""
    world.plan(bulletin)
    world.advance()
    world.publish()
    world.later(seconds=60)
    assert world.advance().sounding
    world.later(minutes=5)
    world.advance()


def test_a_new_bulletin_is_told_once_to_who_asked_and_at_night_in_the_morning(world, following):
    wanting = following(bulletins=True)
    following()
    bulletin = world.approved()
    sound(world, bulletin)
    sound(world, bulletin)
    (told,) = announced(world)
    assert told.body
    world.do(spread)
    messages = world.ask(lambda session: session.scalars(select(FollowerMessage.follower)).all())
    follower = world.ask(
        lambda session: session.scalar(select(Follower.id).where(Follower.address == wanting.endpoint))
    )
    assert messages.count(follower) == 2  # that it follows, and this
    assert len(messages) == 3
    world.now = world.now.replace(hour=15, minute=0)  # 22:00 there
    sound(world, world.approved())
    assert f"{announced(world)[-1].due_at:%H:%M}" == "23:00"  # 6:00 there


def announced(world):
    query = select(Announcement).where(Announcement.kind == "bulletin").order_by(Announcement.id)
    return world.ask(lambda session: session.scalars(query).all())


def test_bulletins_have_a_most_a_day_and_a_withdrawn_one_is_told_no_more(world, following, monkeypatch):
    monkeypatch.setattr(announcing, "MOST_A_DAY", 2)
    following(bulletins=True)
    for _ in range(3):
        sound(world, world.approved())
    assert len(announced(world)) == 2
    (bulletin, *_) = [one.subject for one in announced(world)]
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert [one.subject for one in announced(world) if one.done_at] == [bulletin]


def test_a_killed_station_tells_each_phone_once(world, following, monkeypatch):
    """Killed in the middle of writing the messages, and while they are sent."""
    monkeypatch.setattr(announcements, "WAITING", 3)
    phones = [following() for _ in range(7)]
    alarm(world)
    world.do(spread)
    with pytest.raises(ZeroDivisionError):
        world.do(killed_while_spreading)
    letters = world.do(claim_told, urgent=True, most=2, busy=[])
    ids = {one.id for one in letters}
    assert len(ids) == 2
    sender = NoticeSender(world.store, ways_by(SETTINGS, world.store.signer), lambda: world.now, lambda: True)
    sender.start()
    assert wait_until(lambda: all(got(world, phone) for phone in phones))
    assert is_idle(world)
    sender.stop()
    told = [got(world, phone) for phone in phones]
    assert [len(one) for one in told] == [1] * 7
    assert ids <= {one[0]["id"] for one in told}  # what may have gone out already goes out with its id


def killed_while_spreading(session, *, now):
    session.execute(delete(FollowerMessage))
    spread(session, now)
    raise ZeroDivisionError


def test_who_is_gone_is_forgotten_and_who_is_away_is_tried_again(world, server, sender, following):
    failed = select(func.count()).where(FollowerMessage.tries > 0, ~FollowerMessage.claimed)
    gone, away = following(), following()
    assert is_idle(world)
    server.answers[gone.path].append(410)
    server.answers[away.path].append(503)
    alarm(world)
    assert wait_until(lambda: rows(world, Follower) == 1)
    assert wait_until(lambda: world.ask(lambda session: session.scalar(failed)) == 1)
    world.later(seconds=5)
    sender.wake()
    assert wait_until(lambda: len(got(world, away)) == 2)
    assert is_idle(world)
    assert world.ask(followed, NHA_TRANG, address=gone.endpoint) is None


@pytest.mark.usefixtures("sender")
def test_a_phone_that_follows_several_communes_is_told_once(world, server, following):
    browser = SubscribedBrowser(server, "/push/both")
    for area in (NHA_TRANG, BAC_NHA_TRANG):
        following(area, browser=browser)
    alarm(world, (PROVINCE,))
    assert wait_until(lambda: got(world, browser))
    assert is_idle(world)
    assert len(got(world, browser)) == 1


def test_who_unfollows_leaves_nothing_behind(world, following):
    browser = following()
    following(browser=browser, bulletins=True)
    assert world.ask(followed, NHA_TRANG, address=browser.endpoint) is True
    alarm(world)
    world.do(spread)
    unfollow_commune(world.store, NHA_TRANG, address=browser.endpoint)
    assert rows(world, Follower) == rows(world, FollowerMessage) == 0
    world.later(days=91)
    world.do(sweep_announcements)
    assert rows(world, Announcement) == 0


def test_followers_of_a_commune_and_communes_of_a_phone_have_a_most(server, following, monkeypatch):
    monkeypatch.setattr(follows, "MOST_FOLLOWERS", 2)
    following(), following()
    with pytest.raises(Conflict, match="đủ số máy"):
        following()
    monkeypatch.setattr(follows, "MOST_FOLLOWED", 1)
    browser = SubscribedBrowser(server, "/push/many")
    following(BAC_NHA_TRANG, browser=browser)
    with pytest.raises(Conflict, match="tối đa 1 xã"):
        following(NHA_TRANG, browser=browser)
    with pytest.raises(NotFound):
        following(PROVINCE)


@pytest.mark.parametrize(
    "endpoint",
    ["https://169.254.169.254/x", "http://fcm.googleapis.com/x", "https://127.0.0.1@10.0.0.1/x", ""],
)
def test_pushes_go_to_push_services_alone(world, server, endpoint):
    keys = SubscribedBrowser(server).keys
    given = {"address": endpoint, "keys": keys, "bulletins": False, "settings": SETTINGS}
    with pytest.raises(BadInput):
        world.do(follow_commune, NHA_TRANG, **given)
