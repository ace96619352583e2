"""What was refused leaves a trace, and a flood of it does not grow without bound."""

import json
import socket
import threading

import pytest

from controller.features.accounts.rate_limits import BearerSecret
from controller.features.journal import security_log as security
from controller.features.journal.security_log import (
    SecurityLog,
    Syslog,
    security_events,
    sweep_security_log,
)
from controller.model.refusals import MANY, Refused
from controller.store import Store
from tests.integration.web.site_world import PASSWORDS


@pytest.fixture
def rows(world):
    """Returns a function that returns what is written down, the oldest first."""

    def written():
        world.security.write()
        return [
            (row.act, row.subject, row.by, row.address, row.outcome, row.times)
            for row in reversed(world.ask(security_events))
        ]

    return written


def test_failed_sign_ins_are_counted_by_account_and_never_hold_what_was_typed(world, client, rows):
    secret = "con mèo nhà bà Tư"
    for _ in range(3):
        client.post("/dang-nhap", data={"ten": "canbo", "mat_khau": secret})
    client.post("/dang-nhap", data={"ten": secret, "mat_khau": "canbo"})
    client.post("/api/v1/sign-in", json={"name": "canbo", "password": secret})
    wrong = ("testclient", "operator.wrong-password")
    assert rows() == [
        ("sign-in", "POST /dang-nhap", world.officer.id, *wrong, 3),
        ("sign-in", "POST /dang-nhap", "", *wrong, 1),
        ("sign-in", "POST /api/v1/sign-in", world.officer.id, *wrong, 1),
    ]
    assert client.post("/dang-nhap", data={"ten": "duyet", "mat_khau": PASSWORDS["duyet"]}).is_redirect
    assert len(rows()) == 3  # what succeeded stands in the journal


def test_bad_tokens_refused_acts_other_sites_and_limits_stand_there(world, site, client, officer, rows):
    client.get("/api/v1/me", headers={"authorization": "Bearer loa_khong-dung"})
    officer.post("/api/v1/topics", json={"name": "Thể thao"})
    officer.get("/nguoi-dung/xanhatrang")
    officer.post("/chu-de", data={"ten": "x"}, headers={"sec-fetch-site": "cross-site"})
    claim = {"code": "ABCDEFGH", "public": "p" * 43, "proof": "p" * 86}
    client.post("/api/v1/enrolments/claim", json=claim)
    for _ in range(600):
        site.state.tries.failed_offered(BearerSecret.ENROLMENT, "testclient")
    client.post("/api/v1/enrolments/claim", json=claim)
    here = world.officer.id
    found = [row[:3] + row[4:] for row in rows()]
    assert found[:4] == [
        ("token", "GET /api/v1/me", "", "token.unknown", 1),
        ("act", "POST /api/v1/topics", here, "operator.not-allowed", 1),
        ("act", "GET /nguoi-dung/xanhatrang", here, "operator.not-allowed", 1),
        ("elsewhere", "POST /chu-de", here, "http-elsewhere", 1),
    ]
    assert [row[0] for row in found[4:]] == ["enrolment", "limit"]


def test_who_only_lacks_a_session_was_refused_nothing(client, rows):
    assert client.get("/").status_code == 303
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/song").status_code == 401
    assert rows() == []


def test_a_wrong_code_of_an_emergency_stands_there_and_ids_do_not(world, sign_in, rows):
    world.require_totp = True
    client = sign_in("duyet")
    client.get("/phat/1a21100e1009210d4c3ea/dung")
    client.post("/api/v1/emergencies/1a21100e1009210d4c3ea/stop", json={"reason": ""})
    assert [row[1] for row in rows()] == ["POST /api/v1/emergencies/*/stop"]


def refusal(number=0, act="act"):
    return Refused(act, f"GET /{number}", "", f"10.0.{number % 256}.{number // 256}", "http-403")


def test_a_flood_of_what_differs_is_bounded_in_memory_and_on_disk(world, monkeypatch):
    monkeypatch.setattr(security, "MOST_WAITING", 50)
    monkeypatch.setattr(security, "MOST_AN_HOUR", 70)
    for turn in range(4):
        for number in range(100):
            world.security.note(refusal(turn * 10_000 + number), world.now())
        assert len(world.security._waiting) == 51
        world.security.write()
    found = world.ask(security_events, limit=5_000)
    assert len(found) <= 71
    assert sum(row.times for row in found) == 400
    (together,) = [row for row in found if row.address == MANY]
    assert together.subject == together.by == ""


def test_the_same_is_one_row_within_an_hour_and_another_afterwards(world):
    for minutes in (0, 30, 29, 2):
        world.later(minutes=minutes)
        world.security.note(refusal(), world.now())
        world.security.write()
    assert [row.times for row in world.ask(security_events)] == [1, 3]


def test_what_is_old_or_too_much_is_dropped_the_oldest_first(world, monkeypatch):
    for number in range(5):
        world.security.note(refusal(number), world.now())
        world.security.write()
        world.later(days=1)
    world.do(sweep_security_log, days=4)
    assert len(world.ask(security_events)) == 3
    monkeypatch.setattr(security, "MOST_ROWS", 2)
    world.do(sweep_security_log, days=4)
    assert [row.subject for row in world.ask(security_events)] == ["GET /4", "GET /3"]


def test_a_database_that_cannot_be_had_loses_nothing(world):
    impatient = Store(world.store.url.render_as_string(hide_password=False), wait_seconds=0.05)
    log, held, done = SecurityLog(impatient), threading.Event(), threading.Event()

    def hold():
        with world.store.write() as session:
            session.connection()  # begins
            held.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    log.note(refusal(), world.now())
    log.write()
    done.set()
    holder.join()
    assert world.ask(security_events) == []
    log.write()
    assert [row.times for row in world.ask(security_events)] == [1]
    impatient.close()


def test_syslog_gets_one_json_line_each_and_its_absence_stops_nothing(world):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(20)
        log = SecurityLog(world.store, Syslog(f"127.0.0.1:{ear.getsockname()[1]}", "loa-security"))
        for _ in range(2):
            log.note(refusal(), world.now())
        log.write()
        said = ear.recv(5_000).decode()
    assert said.startswith("<84>loa-security: {")
    line = json.loads(said.partition(" ")[2])
    assert (line["act"], line["address"], line["outcome"], line["times"]) == (
        "act",
        "10.0.0.0",
        "http-403",
        2,
    )
    lost = SecurityLog(world.store, Syslog("/khong/co/dev/log", "loa-security"))
    lost.note(refusal(7), world.now())
    lost.write()
    assert len(world.ask(security_events)) == 2


def test_administrators_read_it_on_the_page_and_by_json(client, sign_in):
    client.post("/dang-nhap", data={"ten": "duyet", "mat_khau": "đoán mò thôi mà"})
    administrator = sign_in("quantri")
    page = administrator.get("/nhat-ky?loai=an-ninh").text
    assert "Lê Minh Đức" in page
    assert "đăng nhập không được" in page
    (shown,) = administrator.get("/api/v1/security-events").json()
    assert (shown["act"], shown["times"], shown["outcome"]) == ("sign-in", 1, "operator.wrong-password")
    assert administrator.get(f"/api/v1/security-events?before={shown['id']}").json() == []
