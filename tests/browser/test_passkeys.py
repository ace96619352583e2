"""Passkeys in Chromium with its virtual authenticator: enrolled on the page; a node accepts what it signs."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from playwright.sync_api import expect
from sqlalchemy import select

from controller.features.bulletins.queries import get_bulletin
from controller.features.emergencies.preparation import prepare
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.queries import published_key_sets
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved
from controller.model.emergency_states import Kind
from controller.settings import Settings
from devices.approvals import verify_approval
from devices.ids import Grade
from devices.jose import read_payload
from devices.messages import PlannedAiring
from devices.passkeys import unbase64url
from devices.signing import TrustedKeys
from devices.wire_types import text_digest
from tests.browser.serving import listen, serving, sign_in
from tests.browser.test_legible import OPEN_FOLDS, faults_on
from tests.integration.web.site_world import PASSWORDS, PROVINCE, Made
from tests.support.swelling_tone import mp3

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def browser_context_args(browser_context_args):
    return browser_context_args | {"ignore_https_errors": True}


@pytest.fixture
def address(request, world, tmp_path):
    """A passkey belongs to a name: `localhost` on the machine itself, else one behind TLS."""
    is_behind_tls = request.param == "TLS"
    tls = certificate(tmp_path, "loa.example") if is_behind_tls else {}
    with serving(world, **tls) as server:
        named = f"https://loa.example:{server.port}" if is_behind_tls else f"http://localhost:{server.port}"
        world.settings = Settings(address=named)
        yield named


def certificate(folder, name):
    """Write a certificate of this name that it signs itself; return its files as uvicorn names them."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return {"ssl_certfile": str(folder / "cert.pem"), "ssl_keyfile": str(folder / "key.pem")}


@pytest.fixture
def authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, made["authenticatorId"]


def enrol(page, address, name):
    page.goto(f"{address}/tai-khoan")
    page.get_by_role("link", name="Gắn thiết bị").click()
    page.get_by_label("Tên thiết bị, để bạn nhận ra").fill(name)
    page.get_by_label("Mật khẩu của bạn").last.fill(PASSWORDS["duyet"])
    page.get_by_role("button", name="Gắn thiết bị").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã gắn thiết bị.")


def sign_sets(world, seeds):
    world.later(minutes=1)
    with world.store.write() as session:
        sign_key_sets(session, root_key=seeds.root_key, now=world.now())


@pytest.mark.parametrize("address", ["TLS"], indirect=True)  # the others sign on localhost
@pytest.mark.usefixtures("authenticator")
def test_an_approver_enrols_a_telephone_and_approves_by_it_alone(world, seeds, address, page):
    bulletin, _ = world.submitted()
    sign_in(page, address, "duyet")
    enrol(page, address, "Điện thoại")
    expect(page.get_by_text("Chờ ký bộ khóa")).to_be_visible()
    sign_sets(world, seeds)
    page.goto(f"{address}/tai-khoan/khoa-thiet-bi")
    expect(page.get_by_text("Dùng được")).to_be_visible()
    page.goto(f"{address}/duyet/{bulletin}")
    listen(world, page)
    page.get_by_role("button", name="Duyệt bằng Điện thoại").click()
    page.wait_for_url(f"{address}/duyet?xong=duyet")
    assert world.ask(get_bulletin, bulletin).state is BulletinState.APPROVED
    with world.store.read() as session:
        approved = session.scalars(select(Approved).where(Approved.bulletin == bulletin)).one()
    head = approved.jws.partition(".")[0]
    assert json.loads(unbase64url(head))["alg"] == "WebAuthn-ES256"
    airing = PlannedAiring(
        airing="a1",
        recording=approved.recording,
        approval=text_digest(approved.jws),
        starts_at=world.now() + timedelta(minutes=5),
        latest_start_at=world.now() + timedelta(minutes=6),
        duration_ms=8_000,
        grade="routine",
        volume=70,
    )
    area = read_payload(approved.jws)["areas"][0]
    trusted = TrustedKeys.of(*world.ask(published_key_sets))
    assert verify_approval(airing, approved.jws, ("56", area), trusted, world.now())


@pytest.mark.parametrize("address", ["localhost"], indirect=True)
def test_who_dismisses_the_device_is_told_so_and_approves_nothing(world, seeds, address, page, authenticator):
    session, which = authenticator
    bulletin, _ = world.submitted()
    sign_in(page, address, "duyet")
    enrol(page, address, "Điện thoại")
    page.evaluate(OPEN_FOLDS)
    assert faults_on(page) == []
    sign_sets(world, seeds)
    page.goto(f"{address}/duyet/{bulletin}")
    page.evaluate(OPEN_FOLDS)
    assert faults_on(page) == []
    listen(world, page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": which, "isUserVerified": False})
    page.get_by_role("button", name="Duyệt bằng Điện thoại").click()
    expect(page.locator("[data-passkey-says]")).to_contain_text("Thiết bị chưa ký")
    assert world.ask(get_bulletin, bulletin).state is BulletinState.SUBMITTED
    planned_meanwhile(world, bulletin, page)
    expect(page.locator("[data-passkey-says]")).to_contain_text("Thiết bị chưa ký")


def planned_meanwhile(world, bulletin, page):
    """An officer plans an airing, and the stream sends the approver's card anew."""
    world.plan(bulletin, seconds=3600, agreed=False)
    expect(page.locator("#nghe .plain-list")).to_contain_text("Toàn tỉnh")


@pytest.mark.parametrize("address", ["localhost"], indirect=True)
@pytest.mark.usefixtures("authenticator")
def test_what_a_device_signed_goes_off_though_the_page_changes_meanwhile(world, seeds, address, page):
    bulletin, _ = world.submitted()
    sign_in(page, address, "duyet")
    enrol(page, address, "Điện thoại")
    sign_sets(world, seeds)
    page.goto(f"{address}/duyet/{bulletin}")
    listen(world, page)
    asked = []
    page.route("**/con-phien", lambda route: asked.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    with page.expect_request("**/con-phien"):
        page.get_by_role("button", name="Duyệt bằng Điện thoại").click()
    planned_meanwhile(world, bulletin, page)
    asked[0].continue_()
    page.wait_for_url(f"{address}/duyet?xong=duyet")
    assert world.ask(get_bulletin, bulletin).state is BulletinState.APPROVED


@pytest.mark.parametrize("address", ["localhost"], indirect=True)
@pytest.mark.usefixtures("authenticator")
def test_an_approver_calls_an_emergency_alone_by_the_device(world, seeds, address, page):
    alarm, _ = world.submitted("Lũ", highest=Grade.EMERGENCY)
    world.approve(alarm, Made(mp3(), 8_000))
    prepared = world.do(prepare, alarm, Kind.ALARM, PROVINCE, by=world.officer).id
    sign_in(page, address, "duyet")
    enrol(page, address, "Điện thoại")
    sign_sets(world, seeds)
    page.goto(f"{address}/khan/goi?ban={prepared}")
    page.evaluate(OPEN_FOLDS)
    assert faults_on(page) == []
    page.get_by_role("button", name="Phát ngay một mình, ký bằng Điện thoại").click()
    expect(page.locator("[data-passkey-says]")).to_contain_text("phải ghi lý do")
    page.get_by_label("Lý do phát một mình").fill("Nước qua đập tràn")
    page.get_by_role("button", name="Phát ngay một mình, ký bằng Điện thoại").click()
    page.wait_for_url(f"{address}/khan/*")
    expect(page.locator("#khan-tinh-trang")).to_contain_text("Đang phát khẩn")
