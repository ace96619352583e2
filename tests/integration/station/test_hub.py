"""Documents of a ministry in a province: verified, and counting no further than they are accepted."""

import json
import threading
import time
from contextlib import suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from controller.errors import Conflict
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.hub.figures import report_of
from controller.features.hub.service import end_approver
from controller.features.keys.service import compromise_key
from controller.features.notices.queries import notices_of
from controller.features.plans.queries import published_key_sets
from controller.features.withdrawals.service import withdraw_bulletin
from controller.host.hub_line import HubAway, ask_hub
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved
from controller.model.notices import NoticeKind
from controller.parts.hub import Hub
from devices.approvals import verify_approval
from devices.ids import Role
from devices.jose import SigningKey
from devices.signing import TrustedKeys
from tests.support.hubs import MINISTER, SOUND, Ministry, Province, served
from tests.support.loopback_server import LoopbackServer
from tests.support.station_world import NHA_TRANG, PROVINCE, Sound
from tests.support.stored_rows import published_plans


@pytest.fixture
def ministry(worlds, tmp_path):
    (tmp_path / "ministry").mkdir()
    return Ministry(worlds.world(tmp_path / "ministry"), tmp_path / "ministry")


@pytest.fixture
def address(ministry):
    with served(ministry.folder, lambda: ministry.world.now) as found:
        yield found


@pytest.fixture
def province(world, tmp_path, ministry, address):
    """A province whose station has heard the hub name its approvers."""
    ministry.publish()
    found = Province(world, tmp_path, address, ministry.world.station_key.public_x)
    found.look()
    return found


def bulletin_of(province, taken):
    return province.world.ask(get_bulletin, taken.bulletin)


def test_what_an_accepted_approver_approved_is_planned_by_their_signature_and_a_node_accepts_it(
    ministry, province
):
    kid = province.accept("priority")
    bulletin = ministry.approved()
    ministry.publish(bulletin)
    province.look()
    assert [(one.counts, one.approver, one.bulletin) for one in province.documents()] == [
        (True, "Bộ Tư pháp", None)
    ]
    taken = province.take()
    assert taken.counts
    assert bulletin_of(province, taken).state is BulletinState.APPROVED
    world = province.world
    airing = world.plan(taken.bulletin, seconds=3600)
    world.advance()
    world.refresh()
    plan = world.ask(published_plans, NHA_TRANG)[-1]
    planned = next(one for one in plan.airings if one.airing == airing)
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    lineage = (PROVINCE, NHA_TRANG)
    text = plan.approval_texts[planned.approval]
    approval = verify_approval(planned, text, lineage, trusted, world.now)
    assert (approval.approver, approval.bulletin) == (MINISTER, bulletin)
    assert trusted.keys[kid].holder == MINISTER
    assert world.ask(invariants, now=world.now) == []


def test_without_a_grade_it_comes_as_a_draft_that_the_provinces_own_approver_hears(ministry, province):
    province.accept()
    ministry.publish(ministry.approved())
    assert province.look().fault is None
    assert "làm bản nháp" in province.documents()[0].why_not
    taken = province.take()
    assert not taken.counts
    draft = bulletin_of(province, taken)
    assert (draft.state, draft.author) == (BulletinState.DRAFT, province.world.clerk.id)
    assert province.world.ask(lambda session: session.get(Approved, (taken.bulletin, 1))) is None


@pytest.mark.parametrize("signed", [True, False])
def test_it_counts_only_up_to_the_accepted_grade_and_once_loudspeakers_trust_the_key(
    ministry, province, signed
):
    province.accept("routine" if signed else "priority", signed=signed)
    ministry.publish(ministry.approved())
    assert province.look().fault is None
    why = province.documents()[0].why_not
    assert ("Mức phát cao hơn" if signed else "Loa chưa tin khóa") in why
    assert not province.take().counts


def test_an_approver_whom_nobody_accepted_hands_down_nothing_and_a_document_comes_once(ministry, province):
    ministry.publish(ministry.approved())
    province.look()
    assert province.documents() == []
    province.accept("priority")
    for _ in range(3):
        province.look()
    assert len(province.documents()) == 1
    province.take()
    with pytest.raises(Conflict) as taken_before:
        province.take()
    assert taken_before.value.code == "hub.taken"


def test_a_name_that_the_province_has_is_refused_since_loudspeakers_tell_people_by_name(world, province):
    with world.store.write() as session:
        session.get(Account, world.technician.id).name = MINISTER
    with pytest.raises(Conflict) as refused:
        province.accept("routine")
    assert refused.value.code == "hub.name-taken"
    assert province.shown().approvers == []


def test_a_document_that_the_hub_names_no_longer_is_not_taken(ministry, province):
    province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    world = ministry.world
    world.later(days=200)
    province.world.later(days=200)
    ministry.publish()
    province.look()
    assert province.documents()[0].gone_at == province.world.now
    with pytest.raises(Conflict) as gone:
        province.take()
    assert gone.value.code == "hub.gone"


def told(province, person, kind):
    notices = province.world.ask(notices_of, person.id, unread=True)
    return [one.sentence for one in notices if one.kind is kind]


def test_people_are_told_of_a_new_document_until_it_is_taken_and_of_one_that_is_withdrawn(ministry, province):
    province.accept("priority")
    bulletin = ministry.approved()
    ministry.publish(bulletin)
    province.look()
    world = province.world
    (sentence,) = told(province, world.clerk, NoticeKind.DOCUMENT_CAME)
    assert sentence.startswith("Trung tâm đưa xuống «Lịch tiêm phòng»: mức ")
    province.look()
    assert len(told(province, world.clerk, NoticeKind.DOCUMENT_CAME)) == 1
    taken = province.take()
    assert told(province, world.clerk, NoticeKind.DOCUMENT_CAME) == []
    feed = (ministry.folder / "feed").read_bytes()
    ministry.world.do(withdraw_bulletin, bulletin, reason="Sai ngày.", by=ministry.minister)
    for one in (ministry.world, world):
        one.later(hours=1)
    ministry.publish()
    assert feed != (ministry.folder / "feed").read_bytes()
    province.look()
    province.look()
    for person in (world.approver, world.clerk):
        (sentence,) = told(province, person, NoticeKind.DOCUMENT_GONE)
        assert "nếu Bộ đã rút thì rút bản tin này" in sentence
    assert bulletin_of(province, taken).state is BulletinState.APPROVED, "nothing falls silent by itself"


def test_an_ended_approver_counts_no_more_and_a_stolen_key_stops_what_was_planned(ministry, province):
    kid = province.accept("priority")
    ministry.publish(ministry.approved(), ministry.approved())
    province.look()
    first = province.take()
    world = province.world
    airing = world.plan(first.bulletin, seconds=3600)
    world.advance()
    world.do(end_approver, kid, by=world.administrator)
    assert not [one for one in province.documents() if one.counts]
    assert world.ask(lambda session: session.get(Airing, airing)).state is AiringState.DELIVERING
    world.do(compromise_key, kid, by=world.administrator)
    assert world.ask(lambda session: session.get(Airing, airing)).state is AiringState.CANCELLED


def test_the_hub_says_that_a_key_was_stolen_and_the_province_takes_nothing_more_of_it(ministry, province):
    kid = province.accept("priority")
    ministry.publish(ministry.approved())
    province.look()
    world = ministry.world
    world.do(compromise_key, kid, by=world.administrator)
    ministry.publish()
    shown = province.look()
    assert shown.approvers[0].is_ended_there
    assert not province.documents()[0].counts


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


def test_a_hub_that_knows_another_key_takes_no_figures(ministry, province):
    (ministry.folder / "provinces.json").write_text(
        json.dumps([{"code": "79", "name": "Khác", "keys": [province.world.station_key.public_x]}])
    )
    province.exchanger.report()
    assert province.shown().send_fault == "Trung tâm không nhận số liệu (mã 403)."
    assert not (ministry.folder / "reports").exists()


def test_two_provinces_take_one_document_each_in_its_way_and_go_on_when_the_hub_is_dead(
    worlds, tmp_path, ministry
):
    public, provinces = ministry.world.station_key.public_x, []
    with served(ministry.folder, lambda: ministry.world.now) as address:
        ministry.publish()
        for name, grade in (("trusting", "priority"), ("careful", None)):
            (tmp_path / name).mkdir()
            provinces.append(Province(worlds.world(tmp_path / name), tmp_path / name, address, public))
            provinces[-1].look()
            provinces[-1].accept(grade)
        ministry.publish(ministry.approved())
        for one in provinces:
            one.look()
    trusting, careful = provinces
    draft = careful.take().bulletin
    for one in provinces:
        assert one.look().fault == "Trung tâm không trả lời (ConnectionError)."
    signed = trusting.take().bulletin
    world = careful.world
    world.render(world.do(submit_bulletin, draft, by=world.clerk).id, Sound(SOUND))
    world.approve(draft)
    for one, bulletin, approver in ((trusting, signed, MINISTER), (careful, draft, "duyet")):
        airing = one.world.plan(bulletin, seconds=3600)
        one.world.advance()
        one.world.refresh()
        plan = one.world.ask(published_plans, NHA_TRANG)[-1]
        (planned,) = (each for each in plan.airings if each.airing == airing)
        trusted = TrustedKeys.of(*one.world.ask(published_key_sets))
        text = plan.approval_texts[planned.approval]
        approval = verify_approval(planned, text, (PROVINCE, NHA_TRANG), trusted, one.world.now)
        assert approval.approver == approver


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
