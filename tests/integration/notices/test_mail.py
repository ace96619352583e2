"""Mail by Apprise, to a real SMTP server; who gets it can be nothing but a receiver."""

from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from aiosmtpd.controller import Controller as SmtpServer

from controller.errors import BadInput
from controller.features.notice_ways.service import add_address
from controller.features.notices.service import notify
from controller.host.addressed import is_address, is_receiver
from controller.model.notice_ways import MessageState, NoticeMessage, WayKind
from controller.model.notices import NoticeKind
from controller.runtime.notice_sender import NoticeSender, ways_by
from tests.integration.notices.conftest import EVERYTHING, SETTINGS
from tests.support.brokers import free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated"
)  # Apprise asks for it while it is there


class Mailbox:
    """Keeps what was sent."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that the library calls
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    box.port = free_port()
    server = SmtpServer(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def settings(mailbox):
    address = f"mailto://127.0.0.1:{mailbox.port}?from=loa@tinh.example&to={{to}}&mode=insecure"
    return SETTINGS.model_copy(update={"notice_mail": address})


def test_a_notice_comes_as_mail_with_the_way_to_its_page(world, mailbox, settings):
    given = {"kind": WayKind.MAIL, "name": "Cơ quan", "address": "duyet@tinh.example", "wanted": EVERYTHING}
    world.do(add_address, **given, settings=settings, by=world.approver)
    world.do(notify, [world.approver.id], NoticeKind.ACCOUNT, "x", "Tài khoản của bạn được đổi vai trò.")
    sender = NoticeSender(world.store, ways_by(settings, world.store.signer), lambda: world.now, lambda: True)
    sender.start()
    assert wait_until(lambda: mailbox.got)
    assert wait_until(lambda: world.ask(lambda s: s.query(NoticeMessage).one().state) is MessageState.SENT)
    sender.stop()
    ((to, mail),) = mailbox.got
    assert to == ["duyet@tinh.example"]
    assert str(make_header(decode_header(mail["Subject"]))) == "Loa: Một tài khoản thay đổi"
    body = mail.get_payload(decode=True) or mail.get_payload(0).get_payload(decode=True)
    assert "Tài khoản của bạn được đổi vai trò." in body.decode()
    assert "https://loa.example/thong-bao/" in body.decode()


@pytest.mark.parametrize(
    "address",
    ["a@b.vn?to=x@y.vn", "a@b.vn,c@d.vn", "a b@c.vn", "a@b", "x@y.vn/../", "a@b.vn&from=c@d.vn", "{to}", ""],
)
def test_nothing_else_of_an_address_can_be_put_in(world, settings, address):
    given = {"kind": WayKind.MAIL, "name": "x", "address": address, "wanted": EVERYTHING}
    with pytest.raises(BadInput):
        world.do(add_address, **given, settings=settings, by=world.approver)


@pytest.mark.parametrize(
    ("kind", "to", "is_one"),
    [
        (WayKind.SMS, "0905123456", True),
        (WayKind.SMS, "+84905123456", True),
        (WayKind.SMS, "113", False),
        (WayKind.SMS, "0905123456/09", False),
        (WayKind.CHAT, "123456789", True),
        (WayKind.CHAT, "-100123", True),
        (WayKind.CHAT, "../x", False),
        (WayKind.PUSH, "0905123456", False),
    ],
)
def test_who_may_be_a_receiver(kind, to, is_one):
    assert is_receiver(kind, to) == is_one


def test_a_way_that_is_not_set_up_is_not_offered(world):
    given = {"kind": WayKind.SMS, "name": "x", "address": "0905123456", "wanted": EVERYTHING}
    with pytest.raises(BadInput):
        world.do(add_address, **given, settings=SETTINGS, by=world.approver)


def test_an_address_of_apprise_names_where_the_receiver_stands():
    assert is_address("mailto://127.0.0.1:25?from=a@b.vn&to={to}")
    assert not is_address("mailto://127.0.0.1:25?from=a@b.vn&to=c@d.vn")
    assert not is_address("khong-co://x/{to}")
