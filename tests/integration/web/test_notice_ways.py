"""Pages and JSON of ways: one's own, webhooks of administrators, and where a notice leads."""

import re

from controller.features.emergencies.rings import ring_of
from controller.features.emergencies.service import WantedCall, call_emergency
from controller.features.notices.service import notify
from controller.host.webhooks import secret_of
from controller.model.emergency_states import Kind
from controller.model.notice_ways import WayId
from controller.model.notices import NoticeKind
from controller.settings import Settings
from tests.integration.web.site_world import BAC_NHA_TRANG, PASSWORDS
from tests.integration.web.test_emergency_pages import prepared_of
from tests.integration.web.test_pages import text_of
from tests.support.notice_receivers import PostServer, SubscribedBrowser

TOPICS = ["call", "task"]


def pushed(client, world, server, path="/push/1"):
    """Subscribe a browser as the page's form does; return the way's id."""
    world.settings = Settings(push_services="127.0.0.1")
    browser = SubscribedBrowser(server, path)
    form = {"ten": "Điện thoại", "dia_chi": browser.endpoint, "khoa": browser.keys, "viec": TOPICS}
    assert client.post("/bao-cho-toi/may", data=form).headers["location"] == "/bao-cho-toi?xong=them"
    return re.search(r'action="/bao-cho-toi/(\w+)/thu"', client.get("/bao-cho-toi").text).group(1)


def test_a_phone_is_added_changed_tried_and_removed_on_its_page(world, approver):
    with PostServer() as server:
        way = pushed(approver, world, server)
    changed = {"viec": ["call"], "tu": "22:00", "den": "05:30"}
    assert approver.post(f"/bao-cho-toi/{way}/doi", data=changed).status_code == 303
    page = approver.get("/bao-cho-toi")
    assert "yên tĩnh 22:00–05:30" in text_of(page)
    assert approver.post(f"/bao-cho-toi/{way}/thu").headers["location"] == "/bao-cho-toi?xong=thu"
    assert "Tin gần nhất: chờ gửi" in text_of(approver.get("/bao-cho-toi"))
    assert approver.post(f"/bao-cho-toi/{way}/bo").status_code == 303
    assert way not in approver.get("/bao-cho-toi").text


def test_nobody_changes_or_sees_anothers_phone(world, approver, officer):
    with PostServer() as server:
        way = pushed(approver, world, server)
    for what in ("doi", "bo", "thu"):
        assert officer.post(f"/bao-cho-toi/{way}/{what}").status_code == 404
    assert way not in officer.get("/bao-cho-toi").text
    assert officer.get("/api/v1/me/notice-ways").json() == []


def test_json_tells_no_subscription(world, approver):
    with PostServer() as server:
        pushed(approver, world, server)
        (way,) = approver.get("/api/v1/me/notice-ways").json()
        assert (way["kind"], way["address"], way["topics"]) == ("push", "", TOPICS)
        assert server.address("") not in approver.get("/api/v1/me/notice-ways").text


def test_what_was_typed_stays_when_it_is_refused(world, approver):
    world.settings = Settings(notice_mail="mailto://h?from=a@b.vn&to={to}")
    form = {"cach": "mail", "dia_chi": "khong-phai-thu", "viec": ["call"], "tu": "22:00", "den": "5"}
    page = approver.post("/bao-cho-toi/dia-chi", data=form)
    assert page.status_code == 422
    assert 'value="khong-phai-thu"' in page.text
    assert 'value="22:00"' in page.text


def test_an_administrator_adds_a_webhook_and_reads_its_secret(world, sign_in):
    administrator = sign_in("quantri")
    form = {"ten": "Trung tâm", "dia_chi": "https://nhan.example/loa", "viec": TOPICS}
    assert administrator.post("/bao-ra-ngoai", data=form).status_code == 303
    (hook,) = administrator.get("/api/v1/webhooks").json()
    page = administrator.get("/bao-ra-ngoai").text
    assert secret_of(world.store.signer, WayId(hook["id"])) in page
    assert administrator.post(f"/bao-ra-ngoai/{hook['id']}/bo").status_code == 303
    assert administrator.get("/api/v1/webhooks").json() == []


def test_a_notice_leads_to_the_page_that_shows_what_is_asked(world, approver, officer):
    asked = WantedCall([BAC_NHA_TRANG], prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500))
    row = world.do(call_emergency, asked, by=world.officer, password=PASSWORDS["canbo"]).row
    notice = world.ask(ring_of, row.id, world.approver.id)
    assert approver.get(f"/thong-bao/{notice.id}").headers["location"] == f"/khan/{row.id}"
    assert officer.get(f"/thong-bao/{notice.id}").status_code == 404
    assert "Tôi đang lo việc này" in approver.get(f"/khan/{row.id}").text
    known = approver.post(f"/thong-bao/{notice.id}/da-biet", data={"ve": "viec"})
    assert known.headers["location"] == f"/khan/{row.id}"
    page = approver.get(f"/khan/{row.id}").text
    assert "Tôi đang lo việc này" not in page
    assert "Xác nhận, phát ngay" in page  # the signature is still to come


def test_who_is_not_signed_in_comes_back_to_the_notice(world, client):
    world.do(notify, [world.approver.id], NoticeKind.ACCOUNT, "x", "Một việc.")
    assert client.get("/thong-bao/abc").headers["location"] == "/dang-nhap?den=%2Fthong-bao%2Fabc"
