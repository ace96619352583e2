"""Signing in by an OpenID provider: who comes in, with which roles, for how long; what they sign with."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from joserfc.jwk import OKPKey, RSAKey
from sqlalchemy import select

from controller.errors import StartFailed
from controller.features.accounts.provider_accounts import identity_of, unlink_provider
from controller.features.accounts.provider_rules import rules_in
from controller.features.accounts.queries import operator_named
from controller.features.accounts.second_factor import begin_second_factor, confirm_second_factor
from controller.features.accounts.sessions import ABSOLUTE
from controller.features.doctor.invariants import invariants
from controller.model.accounts import Account
from controller.model.journal import Entry
from controller.model.notices import Notice
from controller.model.permissions import OperatorRole
from controller.model.provider import ProviderWay
from controller.runtime.provider_way import provider_way
from controller.settings import Settings
from tests.integration.web.by_provider import RULES, back, come, provider_before
from tests.integration.web.signing_by_device import DEVICES, PHONE, approval_of, ask, enrol, give, sign_sets
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS
from tests.integration.web.test_approving import hear
from tests.support.openid_provider import signed


@pytest.fixture
def provider(world):
    with provider_before(world) as provider:
        yield provider


def journal(world, what):
    with world.store.read() as session:
        return session.scalars(select(Entry).where(Entry.act == what)).all()


@pytest.mark.usefixtures("provider")
def test_the_sign_in_page_has_the_button_only_where_a_provider_is_set(world, client):
    assert "Đăng nhập bằng tài khoản Sở" in client.get("/dang-nhap").text
    world.provider = None
    assert "Đăng nhập bằng tài khoản" not in client.get("/dang-nhap").text
    assert client.get("/dang-nhap/co-quan").status_code == 404


def test_who_signs_in_there_is_here_with_the_roles_and_the_area_of_the_claim(world, client, provider):
    reply = come(client, provider, start="/dang-nhap/co-quan?den=/phat")
    assert (reply.status_code, reply.headers["location"]) == (303, "/phat")
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["roles"], me["area"]) == ("an.nguyen", ["officer"], NHA_TRANG)
    assert me["display_name"] == "Nguyễn Văn An"
    (opened,) = journal(world, "operator.opened-by-provider")
    assert opened.detail["issuer"] == provider.issuer
    with world.store.read() as session:
        told = session.scalars(select(Notice.sentence).where(Notice.operator == world.people["quantri"].id))
        assert any("hệ thống đăng nhập của Sở" in one for one in told)


def test_the_next_sign_in_is_the_same_account_with_the_roles_of_that_day(world, client, provider):
    come(client, provider)
    first = world.ask(operator_named, "an.nguyen")
    provider.people["an.nguyen"] = {"name": "Khác", "groups": ["ky-thuat-tinh"]}
    come(client, provider)
    second = world.ask(operator_named, "an.nguyen")
    assert (second.id, second.roles, second.area) == (first.id, {OperatorRole.TECHNICIAN}, "56")
    (followed,) = journal(world, "operator.claims-followed")
    assert followed.detail["roles"] == ["technician"]


def test_who_lost_every_role_there_loses_session_and_tokens_here(world, client, provider):
    come(client, provider)
    assert client.get("/api/v1/me").status_code == 200
    provider.people["an.nguyen"]["groups"] = []
    refused = come(client, provider)
    assert refused.status_code == 401
    assert "không cấp cho tài khoản này vai trò nào" in refused.text
    assert client.get("/api/v1/me").status_code == 401
    assert len(journal(world, "operator.provider-refused")) == 1


def test_a_session_by_the_provider_ends_when_it_must_ask_again(world, client, provider):
    come(client, provider)
    for _ in range(7):
        world.later(hours=1)
        assert client.get("/api/v1/me").status_code == 200
    world.later(hours=1)
    assert world.provider.session < ABSOLUTE
    assert client.get("/api/v1/me").status_code == 401


def test_a_person_without_a_role_gets_no_account(world, client, provider):
    provider.people["la"] = {"groups": ["khac"], "email": "quantri@khanhhoa.example"}
    before = world.ask(lambda session: len(session.scalars(select(Account)).all()))
    assert come(client, provider, "la").status_code == 401
    assert world.ask(lambda session: len(session.scalars(select(Account)).all())) == before


def test_a_name_or_mail_of_somebody_here_gives_nothing_of_theirs(client, provider):
    provider.people["quantri"] = {"groups": ["can-bo-nha-trang"], "email": "quantri@khanhhoa.example"}
    come(client, provider, "quantri")
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["roles"]) == ("quantri-2", ["officer"])


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (["can-bo-nha-trang", "duyet-tinh"], "nhiều địa bàn"),
        (["duyet-tinh", "quan-tri-tinh"], "vừa duyệt vừa quản trị"),
    ],
)
def test_claims_that_contradict_each_other_let_nobody_in(client, provider, groups, said):
    provider.people["la"] = {"groups": groups}
    refused = come(client, provider, "la")
    assert refused.status_code == 401
    assert said in refused.text


def test_nobody_becomes_administrator_by_claim_unless_the_settings_say_so():
    with pytest.raises(StartFailed, match=r"dòng 5.*LOA_OIDC_ADMINISTRATORS"):
        rules_in(RULES, administrators=False)
    assert len(rules_in(RULES, administrators=True)) == 4


SET = {"oidc_issuer": "https://id.example/realms/tinh", "oidc_client": "loa", "oidc_secret": "x"}


def test_the_settings_make_the_way_and_without_them_there_is_none(tmp_path):
    assert provider_way(Settings()) is None
    (tmp_path / "vai-tro.csv").write_text("can-bo,officer,22366\n", "utf-8")
    way = provider_way(Settings(**SET, oidc_roles=tmp_path / "vai-tro.csv", oidc_session_minutes=30))
    assert (way.provider.issuer, way.claim, way.session) == (
        SET["oidc_issuer"],
        "groups",
        timedelta(minutes=30),
    )
    assert [(one.value, one.role, one.area) for one in way.rules] == [("can-bo", "officer", "22366")]
    assert "bi-mat" not in repr(Settings(**SET | {"oidc_secret": "bi-mat"}))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"oidc_issuer": "http://id.example"}, "provider.address"),
        ({"oidc_issuer": "https://a:b@id.example"}, "provider.address"),
        ({"oidc_secret": ""}, "provider.client"),
        ({"oidc_client": ""}, "provider.client"),
        ({"oidc_roles": Path("/khong/co")}, "provider.roles"),
    ],
)
def test_a_station_with_wrong_settings_of_a_provider_does_not_start(wrong, code):
    with pytest.raises(StartFailed) as refused:
        provider_way(Settings(**SET | wrong))
    assert refused.value.code == code


@pytest.mark.parametrize("line", ["x,officer", "x,vua,56", ",officer,56"])
def test_a_wrong_line_of_the_roles_is_named_at_the_start(line):
    with pytest.raises(StartFailed, match="dòng 2"):
        rules_in(f"# đầu\n{line}\n", administrators=False)


def test_roles_may_lie_inside_another_claim(world, client, provider):
    world.provider = ProviderWay(
        world.provider.provider, "Sở", "realm_access.roles", world.provider.rules, timedelta(hours=8)
    )
    provider.people["binh"] = {"realm_access": {"roles": ["duyet-tinh"]}}
    come(client, provider, "binh")
    assert client.get("/api/v1/me").json()["roles"] == ["approver"]


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS256", lambda **more: RSAKey.generate_key(2048, **more)),
        ("Ed25519", lambda **more: OKPKey.generate_key("Ed25519", **more)),
    ],
)
def test_the_provider_signs_by_the_usual_ways(client, provider, alg, key):
    provider.key = key(parameters={"kid": "k1"})
    provider.token = lambda claims, one: signed(claims, one, alg=alg)
    assert come(client, provider).status_code == 303


def test_such_accounts_break_no_rule_of_the_database(world, client, provider):
    come(client, provider)
    assert list(world.ask(invariants, now=world.now())) == []


def test_a_second_factor_here_is_asked_after_the_provider_too(world, client, provider):
    come(client, provider)
    person = world.ask(operator_named, "an.nguyen")
    totp = pyotp.TOTP(world.do(begin_second_factor, by=person, place="").secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=person)
    world.later(seconds=90)
    client.cookies.clear()
    reply = come(client, provider, start="/dang-nhap/co-quan?den=/phat")
    assert reply.headers["location"] == "/dang-nhap/ma?den=%2Fphat"
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/dang-nhap/ma", data={"ma": totp.at(world.now())}).status_code == 303
    assert client.get("/api/v1/me").status_code == 200
    world.later(hours=8)
    assert client.get("/api/v1/me").status_code == 401  # the second step does not make it longer


def test_an_approver_by_claim_must_enrol_a_second_factor_first(world, client, provider):
    world.require_totp = True
    provider.people["binh"] = {"groups": ["duyet-tinh"]}
    come(client, provider, "binh")
    assert client.get("/api/v1/bulletins").json()["code"] == "operator.enrol-first"


def test_no_password_lets_such_a_person_in(client, provider):
    come(client, provider)
    client.cookies.clear()
    for word in ("", "!", "an.nguyen"):
        assert client.post("/dang-nhap", data={"ten": "an.nguyen", "mat_khau": word}).status_code == 401


def test_such_a_person_gets_no_token_that_would_outlive_them(client, provider):
    come(client, provider)
    reply = client.post("/tai-khoan/ma-truy-cap", data={"ten": "x", "viec": "see", "ngay": 30})
    assert reply.status_code == 403
    assert "không có mã truy cập" in reply.text


def test_an_approver_by_claim_signs_by_a_passkey_enrolled_after_a_fresh_sign_in(
    world, seeds, client, provider
):
    world.settings = Settings(home=world.settings.home, address=PHONE.origin)
    provider.people["binh"] = {"groups": ["duyet-tinh"]}
    come(client, provider, "binh")
    assert "Đăng nhập lại qua hệ thống" in client.get(DEVICES).text
    assert "đăng nhập lại qua hệ thống" in enrol(client, mat_khau="").text  # a stolen session enrols nothing
    come(client, provider, "binh", start="/dang-nhap/co-quan?lai=1")
    world.later(minutes=10)
    assert enrol(client, mat_khau="").status_code == 422
    come(client, provider, "binh", start="/dang-nhap/co-quan?lai=1")
    assert enrol(client, mat_khau="").status_code == 303
    bulletin, _ = world.submitted()
    hear(world, client, bulletin)
    assert ask(client, bulletin).status_code != 200  # the root key has not signed it in yet
    sign_sets(world, seeds)
    asked = ask(client, bulletin).json()
    assert give(client, bulletin, asked, PHONE.touched(asked["challenge"])).status_code == 303
    assert approval_of(world, bulletin) is not None


def test_a_fresh_sign_in_asks_for_it_and_takes_no_old_one(world, client, provider):
    address = client.get("/dang-nhap/co-quan?lai=1").headers["location"]
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    old = world.now().timestamp() - 3600
    assert back(client, provider, address, "an.nguyen", at=old).status_code == 401


def test_an_own_account_is_linked_by_its_person_and_keeps_its_roles(world, sign_in, client, provider):
    provider.people["an.nguyen"]["groups"] = ["quan-tri-tinh"]
    officer = sign_in("canbo")
    assert officer.post("/tai-khoan/co-quan", data={"mat_khau": "sai"}).status_code == 403
    shown = officer.post("/tai-khoan/co-quan", data={"mat_khau": PASSWORDS["canbo"]})
    address = shown.text.partition('btn-lg" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert back(officer, provider, address, "an.nguyen").headers["location"] == "/tai-khoan?xong=noi"
    come(client, provider)
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["roles"]) == ("canbo", ["officer"])
    assert client.post("/dang-nhap", data={"ten": "canbo", "mat_khau": PASSWORDS["canbo"]}).status_code == 303
    assert len(journal(world, "operator.provider-linked")) == 1


def test_a_link_that_another_session_set_out_for_is_refused(world, sign_in, provider):
    officer, other = sign_in("canbo"), sign_in("duyet")
    shown = officer.post("/tai-khoan/co-quan", data={"mat_khau": PASSWORDS["canbo"]})
    address = shown.text.partition('btn-lg" href="')[2].partition('"')[0].replace("&amp;", "&")
    other.cookies.set("loa-co-quan", officer.cookies["loa-co-quan"], path="/dang-nhap")
    assert back(other, provider, address, "an.nguyen").status_code == 401
    assert world.ask(identity_of, world.people["duyet"].id) is None


def test_one_person_there_is_one_account_here(sign_in, client, provider):
    come(client, provider)
    officer = sign_in("canbo")
    shown = officer.post("/tai-khoan/co-quan", data={"mat_khau": PASSWORDS["canbo"]})
    address = shown.text.partition('btn-lg" href="')[2].partition('"')[0].replace("&amp;", "&")
    taken = back(officer, provider, address, "an.nguyen")
    assert taken.status_code == 409
    assert "đã thuộc người khác" in taken.text


def test_an_unlinked_account_is_let_in_by_its_password_alone(world, client, provider, sign_in):
    test_an_own_account_is_linked_by_its_person_and_keeps_its_roles(world, sign_in, client, provider)
    assert client.post("/tai-khoan/co-quan/bo", data={"mat_khau": PASSWORDS["canbo"]}).status_code == 303
    assert client.get("/api/v1/me").status_code == 401
    provider.people["an.nguyen"]["groups"] = []
    assert come(client, provider).status_code == 401


def test_a_person_of_the_provider_alone_cannot_cut_the_only_way_in(world, client, provider):
    come(client, provider, start="/dang-nhap/co-quan?lai=1")
    kept = client.post("/tai-khoan/co-quan/bo", data={"mat_khau": ""})
    assert (kept.status_code, "Hãy nhờ quản trị" in kept.text) == (409, True)
    world.do(unlink_provider, world.ask(operator_named, "an.nguyen").id, by=None)
    assert client.get("/api/v1/me").status_code == 401


def test_a_closed_account_stays_closed_whatever_the_provider_says(world, client, provider):
    come(client, provider)
    with world.store.write() as session:
        session.scalars(select(Account).where(Account.name == "an.nguyen")).one().disabled_at = world.now()
    refused = come(client, provider)
    assert (refused.status_code, "đã bị khóa" in refused.text) == (401, True)


def test_the_account_page_says_by_whom_the_roles_are_given(client, provider):
    come(client, provider)
    shown = client.get("/tai-khoan").text
    assert "vai trò và địa bàn do nơi đó cấp" in shown
    assert "Đổi mật khẩu" not in shown
