"""The exchange with a hub: what is thrown away, what goes on, how long it is asked, and figures."""

import json
import threading
import time
from contextlib import suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from controller.features.hub.figures import report_of
from controller.host.hub_client import HubAway, ask_hub
from controller.parts.hub import Hub, _Handler
from devices.ids import Role
from devices.jose import SigningKey
from tests.support.hubs import SOUND, Province
from tests.support.loopback_server import LoopbackServer


def test_an_older_feed_and_one_of_another_key_change_nothing_and_the_age_is_shown(ministry, province):
    old = (ministry.folder / "feed").read_bytes()
    for world in (ministry.world, province.world):
        world.later(hours=1)
    ministry.publish()
    heard_at = province.look().heard_at
    (ministry.folder / "feed").write_bytes(old)
    province.world.later(days=3)
    shown = province.look()
    assert (shown.fault, shown.heard_at) == (
        "Trung tâm đưa ra danh sách cũ hơn lần trước nên đã bỏ.",
        heard_at,
    )
    assert shown.is_silent
    thief = SigningKey.generate(Role.STATION, province.world.now, timedelta(days=9))
    forged = thief.sign_bytes(json.dumps({"version": 2**52}).encode(), "loa-hub-feed")
    (ministry.folder / "feed").write_text(forged)
    assert province.look().fault == "Chữ ký của trung tâm không đúng nên đã bỏ."


def test_a_changed_document_and_a_changed_recording_are_thrown_away(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved())
    document = next((ministry.folder / "documents").iterdir())
    good = document.read_bytes()
    document.write_bytes(good.replace(b"30/11", b"31/12"))
    assert "không khớp" in province.look().fault
    assert province.documents() == []
    document.write_bytes(good)
    recording = next((ministry.folder / "recordings").iterdir())
    recording.write_bytes(b"other " * 20_000)
    assert "không khớp" in province.look().fault
    assert "Chưa tải xong tiếng" in province.documents()[0].why_not
    recording.write_bytes(SOUND)
    assert province.look().fault is None
    assert province.documents()[0].counts


def test_a_file_that_the_hub_lacks_holds_up_no_other(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved(), ministry.approved())
    missing, there = (one.sha256 for one in ministry.feed().documents)
    place = ministry.folder / "documents" / missing
    content = place.read_bytes()
    place.unlink()
    assert "thiếu một tệp" in province.look().fault
    assert [(one.sha256, one.counts) for one in province.documents()] == [(there, True)]
    place.write_bytes(content)
    assert province.look().fault is None
    assert len(province.documents()) == 2


def test_a_text_that_nobody_approved_is_told_of_as_long_as_it_is_named_and_holds_up_no_other(
    ministry, province
):
    province.accept("priority")
    ministry.publish(ministry.approved(), ministry.approved())
    listed, good = ministry.feed().documents
    ministry.sign(documents=(ministry.forged(listed, "30/11", "31/12"), good))
    for _ in range(2):
        assert province.look().fault.startswith("1 văn bản bị bỏ")
        assert [one.sha256 for one in province.documents()] == [good.sha256]
    ministry.sign(documents=(listed, good))
    assert province.look().fault is None
    assert len(province.documents()) == 2


@pytest.mark.both_databases
def test_a_title_that_no_station_writes_holds_up_no_other_document(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved(), ministry.approved())
    listed, good = ministry.feed().documents
    unfit = [
        ministry.forged(listed, '"title":"Lịch', f'"title":"{title}')
        for title in ("Lịch\\u0000", "Lịch\\u202e", " Lịch")
    ]
    ministry.sign(documents=(good, *unfit))
    assert province.look().fault.startswith("3 văn bản bị bỏ")
    assert [one.sha256 for one in province.documents()] == [good.sha256]


@pytest.mark.parametrize("folder", ["documents", "recordings"])
def test_a_file_that_never_comes_whole_holds_up_the_others_for_one_round(
    ministry, province, monkeypatch, folder
):
    province.accept("priority")
    ministry.publish(*(ministry.approved(data=bytes([one]) * 50_000) for one in range(3)))
    answer, stuck = _Handler._file, []

    def send(handler, place):
        if place.parent.name == folder and place.name in (stuck or [place.name]):
            stuck[:] = [place.name]
            handler.send_error(502)
        else:
            answer(handler, place)

    monkeypatch.setattr(_Handler, "_file", send)
    for _ in range(4):
        shown = province.look()
    assert "mã 502" in shown.fault
    assert len(province.documents()) == (2 if folder == "documents" else 3)
    assert sum(one.counts for one in province.documents()) == 2


def test_a_thief_of_the_hubs_key_shuts_out_no_later_feed(ministry, province):
    before = ministry.feed()
    ministry.sign(version=2**53 - 1)
    assert province.look().fault == "Trung tâm ghi ngày giờ ở tương lai nên đã bỏ."
    for world in (ministry.world, province.world):
        world.later(hours=1)
    ministry.publish()
    assert before.version < ministry.feed().version < 2**53 - 1
    shown = province.look()
    assert (shown.fault, shown.issued_at) == (None, ministry.world.now)


def test_a_name_of_a_feed_that_cannot_be_sent_back_ends_no_later_asking(ministry, province, monkeypatch):
    head = _Handler._head

    def unfit(handler, status, headers):
        head(handler, status, headers | {"ETag": '\x0b"a"'})

    with monkeypatch.context() as hostile:
        hostile.setattr(_Handler, "_head", unfit)
        ministry.world.later(hours=1)
        province.world.later(hours=1)
        ministry.publish()
        province.look()
    province.look()
    assert province.look().fault is None


def test_figures_go_up_once_and_the_page_tells_who_is_silent(ministry, province):
    (ministry.folder / "provinces.json").write_text(
        json.dumps(
            [
                {"code": "56", "name": "Khánh Hòa", "keys": [province.world.station_key.public_x]},
                {"code": "79", "name": "Thành phố Hồ Chí Minh", "keys": []},
            ]
        )
    )
    province.exchanger.report()
    shown = province.shown()
    assert (shown.send_fault, shown.sent_at) == (None, province.world.now)
    assert shown.reported["loudspeakers"] == 4
    assert sorted(one.name for one in (ministry.folder / "reports" / "56").iterdir()) == [
        "2026-11-24",
        "2026-11-25",
    ]
    hub = Hub(ministry.folder, lambda: ministry.world.now)
    assert [(one["reported"], one["is_silent"]) for one in hub.shown()] == [(True, False), (False, True)]
    ministry.world.later(hours=27)
    assert [one["is_silent"] for one in hub.shown()] == [True, True]
    assert "2 tỉnh không báo số liệu" in hub.page().decode()


def test_a_list_of_provinces_that_cannot_be_read_is_answered_and_documents_go_on(ministry, province, address):
    (ministry.folder / "provinces.json").write_text("[{")
    province.exchanger.report()
    assert province.shown().send_fault == "Trung tâm không nhận số liệu (mã 503)."
    assert ask_hub(f"{address}/", most_bytes=100_000, most_s=10.0).status == 503
    assert province.look().fault is None


def test_a_hub_that_knows_another_key_takes_no_figures(ministry, province):
    (ministry.folder / "provinces.json").write_text(
        json.dumps([{"code": "79", "name": "Khác", "keys": [province.world.station_key.public_x]}])
    )
    province.exchanger.report()
    assert province.shown().send_fault == "Trung tâm không nhận số liệu (mã 403)."
    assert not (ministry.folder / "reports").exists()


class HostileHub(LoopbackServer):
    """Answers each request with `answer`, a function of the handler."""

    def __init__(self, answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with suppress(OSError):
                    answer(self)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65_536)


def dripping(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        threading.Event().wait(0.05)


def dripping_its_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        threading.Event().wait(0.05)


def unchanged(handler):
    handler.send_response(304)
    handler.end_headers()


def test_a_hub_that_says_unchanged_before_it_gave_any_feed_was_not_heard(world, tmp_path):
    with HostileHub(unchanged) as hub:
        shown = Province(world, tmp_path, hub.address(""), world.station_key.public_x).look()
    assert (shown.heard_at, shown.fault, shown.is_silent) == (None, "Trung tâm trả lời mã 304.", True)


@pytest.mark.parametrize("answer", [endless, dripping, dripping_its_head])
def test_a_hub_without_an_end_is_left_at_its_bound(answer):
    with HostileHub(answer) as hub:
        began = time.monotonic()
        with pytest.raises(HubAway):
            ask_hub(hub.address("/feed"), most_bytes=1_000_000, most_s=1.0)
        assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("day", "made_at"),
    [("2026-11-25", "2026-11-26T03:00:00.000Z"), ("2025-11-25", "2026-11-25T03:00:00.000Z")],
)
def test_figures_of_the_future_and_of_a_day_long_past_are_not_taken(ministry, province, day, made_at):
    key = province.world.station_key
    (ministry.folder / "provinces.json").write_text(
        json.dumps([{"code": "56", "name": "Khánh Hòa", "keys": [key.public_x]}])
    )
    hub = Hub(ministry.folder, lambda: ministry.world.now)
    report = province.world.ask(report_of, date(2026, 11, 25), province.world.now)
    good = key.sign_bytes(report.payload(), "loa-hub-report").encode()
    assert hub.take_report(good)
    told = json.loads(report.payload()) | {"day": day, "made_at": made_at, "airings": 7}
    assert not hub.take_report(key.sign_bytes(json.dumps(told).encode(), "loa-hub-report").encode())
    older = json.loads(report.payload()) | {"made_at": "2026-11-25T02:00:00.000Z", "airings": 7}
    assert hub.take_report(key.sign_bytes(json.dumps(older).encode(), "loa-hub-report").encode())
    assert hub.shown()[0]["days"][-1]["airings"] == 0
    assert "Khánh Hòa" in hub.page().decode()


def test_an_address_of_the_hub_that_has_a_password_is_refused_and_told_to_nobody():
    with pytest.raises(HubAway, match="LOA_HUB_URL") as refused:
        ask_hub("https://station:secret@hub.example/feed", most_bytes=1_000, most_s=1.0)
    assert "secret" not in refused.value.sentence
