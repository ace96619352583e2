"""Ways out: what receivers get, what is tried again, what ends a way, where nothing is ever sent."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from controller.clocks import utc_now
from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.notice_ways.queries import ways_of
from controller.features.notice_ways.service import MOST_TESTS, add_push, add_webhook, remove_way, try_way
from controller.features.notices.outbox import LIFE, MOST_A_DAY, sweep_messages
from controller.features.notices.queries import notices_of
from controller.features.notices.service import notify, read_notice, take_back
from controller.host.webhooks import secret_of
from controller.model.notice_ways import MessageState, NoticeMessage
from controller.model.notices import NoticeKind
from controller.runtime.notice_sender import NoticeSender, ways_by
from tests.integration.notices.conftest import EVERYTHING, SETTINGS
from tests.support.notice_receivers import SubscribedBrowser
from tests.support.waiting import wait_until


def tell(world, sentence="Một việc.", subject="x"):
    world.do(notify, [world.approver.id], NoticeKind.ACCOUNT, subject, sentence)


def messages(world):
    return world.ask(lambda session: session.scalars(select(NoticeMessage).order_by(NoticeMessage.id)).all())


@pytest.fixture
def hook(world, server):
    address = server.address("/hook")
    return world.do(add_webhook, name="Trung tâm", address=address, wanted=EVERYTHING, by=world.administrator)


@pytest.mark.usefixtures("sender")
def test_a_webhook_is_signed_so_that_the_library_of_its_receiver_verifies_it(world, server, hook):
    world.now = utc_now()  # the library asks the real clock
    tell(world, "Tài khoản mới.")
    assert wait_until(lambda: server.posts)
    (post,) = server.posts
    secret = secret_of(world.store.signer, hook.id)
    told = Webhook(secret).verify(post.body, post.headers)
    assert told["type"] == "notice.account"
    assert told["data"]["sentence"] == "Tài khoản mới."
    with pytest.raises(Exception, match="signature"):
        Webhook(secret).verify(post.body.replace("mới".encode(), "cũ ".encode()), post.headers)


@pytest.mark.usefixtures("hook")
def test_a_receiver_that_fails_gets_the_same_message_again_with_its_id(world, server, sender):
    server.answers["/hook"].extend([500, 503])
    tell(world)
    assert wait_until(lambda: len(server.posts) == 1)
    for seconds, posts in ((30, 2), (120, 3)):
        assert wait_until(lambda: messages(world)[0].state is MessageState.WAITING)
        world.later(seconds=seconds)
        sender.wake()
        assert wait_until(lambda posts=posts: len(server.posts) == posts)
    assert wait_until(lambda: messages(world)[0].state is MessageState.SENT)
    assert len({post.headers["webhook-id"] for post in server.posts}) == 1


@pytest.mark.usefixtures("hook")
def test_a_receiver_that_stays_away_is_given_up_after_a_day(world, server, sender):
    server.answers["/hook"].extend([500] * 100)
    tell(world)
    for _ in range(13):
        assert wait_until(lambda: messages(world)[0].state is not MessageState.SENDING)
        world.later(hours=2)
        sender.wake()
    assert wait_until(lambda: messages(world)[0].state is MessageState.FAILED)
    assert messages(world)[0].done_at - messages(world)[0].at <= LIFE + timedelta(hours=2)


@pytest.mark.parametrize("turn", [301, 302, 307, 308])
@pytest.mark.usefixtures("sender", "hook")
def test_no_redirection_is_followed(world, server, turn):
    server.answers["/hook"].append(turn)
    server.turns["/hook"] = server.address("/inside")
    tell(world)
    assert wait_until(lambda: messages(world)[0].tries == 1)
    assert server.at("/inside") == []


@pytest.mark.usefixtures("sender")
def test_a_phone_that_is_gone_ends_and_its_person_is_told(world, server, phone_of):
    gone, other = phone_of(world.approver), phone_of(world.approver)
    server.answers[gone.browser.path].append(410)
    tell(world)
    assert wait_until(lambda: len(other.got) == 2)
    assert {one["title"] for one in other.got} >= {"Một máy không nhận được thông báo nữa"}
    kinds = [one.kind for one in world.ask(notices_of, world.approver.id)]
    assert kinds.count(NoticeKind.WAY_ENDED) == 1
    (ended,) = [one.row for one in world.ask(ways_of, world.approver.id, world.now) if one.row.ended_at]
    assert ended.end_reason


@pytest.mark.usefixtures("sender", "hook")
def test_what_was_rolled_back_was_never_told(world, server):
    with pytest.raises(ZeroDivisionError):
        world.do(_tell_and_fail, world.approver.id)
    tell(world, "Đã xảy ra.")
    assert wait_until(lambda: server.posts)
    assert [json.loads(post.body)["data"]["sentence"] for post in server.posts] == ["Đã xảy ra."]


@pytest.mark.usefixtures("hook")
def test_what_was_being_sent_when_the_station_was_killed_goes_out_again_with_its_id(world, server):
    tell(world)
    with world.store.write() as session:
        row = session.scalars(select(NoticeMessage)).one()
        row.state, row.due_at = MessageState.SENDING, world.now + timedelta(seconds=60)
        claimed = row.id
    sender = NoticeSender(world.store, ways_by(SETTINGS, world.store.signer), lambda: world.now, lambda: True)
    sender.start()
    assert wait_until(lambda: server.posts)
    sender.stop()
    assert server.posts[0].headers["webhook-id"] == claimed
    assert messages(world)[0].state is MessageState.SENT


@pytest.mark.usefixtures("hook")
def test_a_station_without_the_lead_sends_nothing(world, server):
    asked = []

    def may_send():
        asked.append(1)
        return False

    tell(world)
    idle = NoticeSender(world.store, ways_by(SETTINGS, world.store.signer), lambda: world.now, may_send)
    idle.start()
    assert wait_until(lambda: asked)
    idle.stop()  # it would send what it had claimed first
    assert server.posts == []
    assert messages(world)[0].state is MessageState.WAITING


@pytest.mark.usefixtures("server")
def test_what_is_read_or_holds_no_more_is_not_sent(world, phone_of):
    phone_of(world.approver)
    tell(world, subject="read")
    tell(world, subject="over")
    (over, read) = world.ask(notices_of, world.approver.id)
    world.do(read_notice, read.id, by=world.approver)
    world.do(take_back, NoticeKind.ACCOUNT, over.subject, "(Xong.)")
    assert {one.state for one in messages(world)} == {MessageState.DROPPED}


def test_a_way_has_a_most_of_messages_a_day_and_says_so(world, phone_of):
    phone_of(world.approver)
    for number in range(MOST_A_DAY + 5):
        tell(world, f"Việc {number}.")
    found = messages(world)
    assert len(found) == MOST_A_DAY
    assert ["xem ở trang Thông báo" in one.body for one in found].count(True) == 1
    assert len(world.ask(notices_of, world.approver.id)) == MOST_A_DAY + 5  # the page has them all


def test_a_program_gets_more_a_day_than_anybody_reads(world, hook):
    for number in range(MOST_A_DAY + 1):
        tell(world, f"Việc {number}.")
    got = {one.body for one in messages(world) if one.way == hook.id}
    assert got == {f"Việc {number}." for number in range(MOST_A_DAY + 1)}


def test_old_messages_are_swept_and_open_ones_stay(world, phone_of):
    phone_of(world.approver)
    tell(world, subject="read")
    world.later(seconds=1)
    tell(world, subject="open")
    (_, read) = world.ask(notices_of, world.approver.id)
    world.do(read_notice, read.id, by=world.approver)
    world.later(days=91)
    world.do(sweep_messages)
    assert [one.subject for one in messages(world)] == ["open"]


@pytest.mark.usefixtures("sender")
def test_a_test_goes_out_and_the_way_says_how_it_went(world, phone_of):
    phone = phone_of(world.approver)
    world.do(try_way, phone.row.id, by=world.approver)
    assert wait_until(lambda: phone.got)
    assert wait_until(
        lambda: world.ask(ways_of, world.approver.id, world.now)[0].last.state is MessageState.SENT
    )
    assert phone.got[0]["path"] == "/bao-cho-toi"


def test_tests_of_a_person_have_a_most_though_the_way_is_removed_and_added_again(world, phone_of):
    for _ in range(MOST_TESTS):
        phone = phone_of(world.approver)
        world.do(try_way, phone.row.id, by=world.approver)
        world.do(remove_way, phone.row.id, by=world.approver)
        world.later(minutes=10)
    again = phone_of(world.approver).row.id
    with pytest.raises(Conflict):
        world.do(try_way, again, by=world.approver)
    other = phone_of(world.clerk).row.id
    world.do(try_way, other, by=world.clerk)
    world.later(hours=24)
    world.do(try_way, again, by=world.approver)


def test_a_removed_way_forgets_its_address(world, phone_of):
    phone = phone_of(world.approver)
    tell(world)
    world.do(remove_way, phone.row.id, by=world.approver)
    assert world.ask(ways_of, world.approver.id, world.now) == []
    assert [one.state for one in messages(world)] == [MessageState.DROPPED]


@pytest.mark.usefixtures("sender")
def test_one_browser_belongs_to_one_person(world, server):
    browser = SubscribedBrowser(server)
    given = {"name": "Máy chung", "endpoint": browser.endpoint, "keys": browser.keys, "wanted": EVERYTHING}
    world.do(add_push, **given, settings=SETTINGS, by=world.approver)
    world.do(add_push, **given, settings=SETTINGS, by=world.clerk)
    assert world.ask(ways_of, world.approver.id, world.now) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://169.254.169.254/latest",
        "https://127.0.0.1.vi.example/push",
        "http://fcm.googleapis.com/push",
        "https://user:pass@127.0.0.1/push",
        "https://127.0.0.1@10.0.0.1/push",
        "https://10.0.0.1\\.127.0.0.1/push",
        "ftp://127.0.0.1/push",
        "https://",
        "",
    ],
)
def test_a_person_can_have_pushes_sent_to_push_services_alone(world, server, endpoint):
    keys = SubscribedBrowser(server).keys
    given = {"name": "Máy", "endpoint": endpoint, "keys": keys, "wanted": EVERYTHING}
    with pytest.raises(BadInput):
        world.do(add_push, **given, settings=SETTINGS, by=world.approver)


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/", "https://a:b@x.example/", "javascript:1", "https://x y/", "https://x\\.y.example/"],
)
def test_a_webhook_is_posted_by_https_alone(world, address):
    with pytest.raises(BadInput):
        world.do(add_webhook, name="x", address=address, wanted=EVERYTHING, by=world.administrator)


def test_webhooks_are_for_administrators(world):
    given = {"name": "x", "address": "https://x.example/", "wanted": EVERYTHING}
    with pytest.raises(NotAllowed):
        world.do(add_webhook, **given, by=world.approver)


def _tell_and_fail(session, person, *, now):
    notify(session, [person], NoticeKind.ACCOUNT, "x", "Chưa xảy ra.", now=now)
    raise ZeroDivisionError
