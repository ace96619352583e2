"""What strangers, other sites and a false or broken provider get by signing in elsewhere: nothing."""

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import select

from controller.features.accounts.provider_flow import LIFE
from controller.features.accounts.rate_limits import BearerSecret, Tries
from controller.host import openid
from controller.model.journal import SecurityEvent
from tests.integration.web.by_provider import back, come, provider_before
from tests.integration.web.site_world import PASSWORDS
from tests.support.openid_provider import CLIENT, SECRET, signed
from tests.support.shared_site import site_before
from tests.support.site_client import SiteClient

GO = "/dang-nhap/co-quan"
HOME = "/dang-nhap/co-quan/ve"


@pytest.fixture
def provider(world):
    with provider_before(world) as provider:
        yield provider


def refused(reply):
    return reply.status_code == 401 and "không thành" in reply.text and "loa" not in reply.cookies


def forged(**changes):
    """A provider whose token says something else, under its own good key."""
    return lambda claims, key: signed(
        {name: value for name, value in (claims | changes).items() if value is not None}, key
    )


def unsigned(claims, _):
    parts = [
        urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


def by_the_secret(claims, key):
    """HMAC by the client's secret, which is no key of the provider."""
    told = {"alg": "HS256", "kid": key.kid}
    secret = OctKey.import_key(SECRET)
    return jws.serialize_compact(told, json.dumps(claims), secret, algorithms=["HS256"])


def by_the_public_key(claims, key):
    """HMAC by the published key taken as a secret."""
    told = {"alg": "HS256", "kid": key.kid}
    secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    return jws.serialize_compact(told, json.dumps(claims), secret, algorithms=["HS256"])


def by_another_key(claims, key):
    other = ECKey.generate_key("P-256", parameters={"kid": key.kid})
    return signed(claims, other)


TOKENS = (
    unsigned,
    by_the_secret,
    by_the_public_key,
    by_another_key,
    forged(iss="https://khac.example"),
    forged(aud="khac"),
    forged(aud=[CLIENT, "khac"]),
    forged(aud=[CLIENT, "khac"], azp="khac"),
    forged(nonce="khac"),
    forged(nonce=None),
    forged(sub=None),
    forged(sub=""),
    forged(sub=7),
    forged(sub="x" * 256),
    forged(exp=None),
    forged(exp="mai"),
    forged(iat=None),
    lambda *_: "",
    lambda *_: "a.b",
    lambda *_: "a" * 200_000,
    lambda _, key: signed([1, 2], key),
    lambda claims, key: signed(claims, key, kid="../../etc/passwd"),
)


def test_no_token_counts_but_one_that_the_provider_signed_for_this_station_and_this_sign_in(client, provider):
    for number, provider.token in enumerate(TOKENS):
        assert come(client, provider).status_code == 401, f"token {number} of TOKENS"
        assert client.get("/api/v1/me").status_code == 401
    provider.token = None
    assert come(client, provider).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(0, 303), (-100, 303), (-130, 401), (50, 303), (70, 401)])
def test_the_clocks_may_differ_by_a_minute_and_no_more(world, client, provider, seconds, status):
    # a token lives 60 s there: 60 s more are the bound; one from the future by at most 60 s
    provider.now = lambda: world.now().timestamp() + seconds
    assert come(client, provider).status_code == status


def test_a_code_counts_once(client, provider):
    address = client.get(GO).headers["location"]
    there = urlsplit(provider.code_for(address, "an.nguyen"))
    cookie = client.cookies["loa-co-quan"]
    assert client.get(f"{there.path}?{there.query}").status_code == 303
    client.cookies.clear()
    client.cookies.set("loa-co-quan", cookie, path="/dang-nhap")
    assert refused(client.get(f"{there.path}?{there.query}"))
    assert provider.asked.count("/token") == 1  # the station itself did not ask again


def test_another_process_of_pages_takes_the_way_back_and_it_counts_once_for_all(world, client, provider):
    there = urlsplit(provider.code_for(client.get(GO).headers["location"], "an.nguyen"))
    cookie = client.cookies["loa-co-quan"]
    asked = openid.OpenIdProvider(provider.issuer, CLIENT, SECRET)
    world.provider = replace(world.provider, provider=asked)
    for status in (303, 401):  # each time another process, with nothing in its memory
        other = SiteClient(site_before(world), raise_server_exceptions=False, follow_redirects=False)
        other.cookies.set("loa-co-quan", cookie, path="/dang-nhap")
        assert other.get(f"{there.path}?{there.query}").status_code == status


def test_a_code_of_somebody_else_is_refused_by_the_verifier_of_this_browser(client, site, provider):
    other = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
    theirs = urlsplit(provider.code_for(other.get(GO).headers["location"], "an.nguyen"))
    (code,) = parse_qs(theirs.query)["code"]
    (state,) = parse_qs(urlsplit(client.get(GO).headers["location"]).query)["state"]
    assert refused(client.get(HOME, params={"code": code, "state": state}))


def test_a_link_with_an_attackers_code_signs_nobody_in(client, site, provider):
    attacker = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
    there = provider.code_for(attacker.get(GO).headers["location"], "an.nguyen")
    theirs = f"{urlsplit(there).path}?{urlsplit(there).query}"
    assert refused(client.get(theirs))  # the victim never set out
    client.get(GO)
    assert refused(client.get(theirs))  # or set out by themselves
    assert provider.asked.count("/token") == 0


def test_a_cookie_that_the_station_did_not_seal_counts_for_nothing(client, provider):
    there = urlsplit(provider.code_for(client.get(GO).headers["location"], "an.nguyen"))
    good = client.cookies["loa-co-quan"]
    for bad in ("", "x", good[:-4] + "AAAA", "=" * 5000, good[8:]):
        client.cookies.clear()
        client.cookies.set("loa-co-quan", bad, path="/dang-nhap")
        assert refused(client.get(f"{there.path}?{there.query}"))


def test_the_way_there_and_back_takes_ten_minutes_at_most(world, client, provider):
    address = client.get(GO).headers["location"]
    world.later(seconds=LIFE.total_seconds() + 1)
    assert refused(back(client, provider, address, "an.nguyen"))


def test_an_answer_of_another_issuer_is_refused(client, provider):
    address = client.get(GO).headers["location"]
    query = parse_qs(urlsplit(provider.code_for(address, "an.nguyen")).query)
    told = {name: values[0] for name, values in query.items()} | {"iss": "https://khac.example"}
    assert refused(client.get(HOME, params=told))
    assert provider.asked.count("/token") == 0


@pytest.mark.usefixtures("provider")
def test_what_the_provider_calls_an_error_lets_nobody_in(client):
    (state,) = parse_qs(urlsplit(client.get(GO).headers["location"]).query)["state"]
    assert refused(client.get(HOME, params={"error": "access_denied", "state": state}))


@pytest.mark.parametrize("to", ["https://xau.example/", "//xau.example", "/\\xau.example", GO])
def test_nobody_is_sent_on_to_another_site(client, provider, to):
    address = client.get(GO, params={"den": to}).headers["location"]
    assert back(client, provider, address, "an.nguyen").headers["location"] == "/"


@pytest.mark.usefixtures("provider")
def test_the_address_that_the_browser_names_changes_nothing_of_where_the_provider_sends_it(client):
    address = client.get(GO, headers={"Host": "xau.example"}).headers["location"]
    assert parse_qs(urlsplit(address).query)["redirect_uri"] == ["http://loa.example/dang-nhap/co-quan/ve"]


def test_the_provider_may_change_its_key_and_the_old_one_counts_no_longer(client, provider, monkeypatch):
    come(client, provider)
    old = provider.key
    provider.rotate()
    monkeypatch.setattr(openid, "_KEYS_AGAIN_S", 0.0)
    assert come(client, provider).status_code == 303
    provider.token = lambda claims, _: signed(claims, old)
    assert refused(come(client, provider))


def test_unknown_keys_do_not_have_the_set_asked_for_each_time(client, provider):
    come(client, provider)
    asked = provider.asked.count("/keys")
    provider.token = lambda claims, key: signed(claims, key, kid="la")
    for _ in range(5):
        assert refused(come(client, provider))
    assert provider.asked.count("/keys") == asked


def test_a_provider_of_the_basic_way_is_told_name_and_secret_as_the_standard_says(client, provider):
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    assert come(client, provider).status_code == 303


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://khac.example"},
        {"authorization_endpoint": "http://xau.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_false_discovery_sends_nobody_anywhere(client, provider, metadata):
    provider.metadata |= metadata
    assert client.get(GO).status_code == 503


def test_own_accounts_work_and_the_page_says_so_while_the_provider_is_away(client, provider):
    provider.broken.add("/realms/tinh/.well-known/openid-configuration")
    away = client.get(GO)
    assert away.status_code == 503
    assert "vẫn đăng nhập được" in away.text
    assert "đang không trả lời" in client.get("/dang-nhap").text
    asked = len(provider.asked)
    assert client.get(GO).status_code == 503
    assert len(provider.asked) == asked  # nobody waits for it again at once
    entered = client.post("/dang-nhap", data={"ten": "canbo", "mat_khau": PASSWORDS["canbo"]})
    assert entered.status_code == 303


@pytest.mark.parametrize("path", ["/token", "/keys"])
def test_a_provider_that_breaks_on_the_way_back_lets_nobody_in(client, provider, path):
    provider.broken.add(path)
    assert come(client, provider).status_code == 503
    assert client.get("/api/v1/me").status_code == 401


def test_an_endless_answer_is_cut_off(client, provider):
    provider.metadata["x"] = "x" * 300_000
    began = time.monotonic()
    assert client.get(GO).status_code == 503
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("path", ["/realms/tinh/.well-known/openid-configuration", "/token", "/keys"])
def test_an_answer_that_comes_byte_by_byte_is_cut_off(client, provider, path, monkeypatch):
    monkeypatch.setattr(openid, "_WHOLE_S", 0.5)
    provider.drips.add(path)
    began = time.monotonic()
    reply = client.get(GO)
    if reply.status_code == 303:
        reply = back(client, provider, reply.headers["location"], "an.nguyen")
    assert reply.status_code == 503
    assert time.monotonic() - began < 5


def test_refused_sign_ins_are_in_the_security_log_and_limited(world, client, provider):
    provider.token = unsigned
    come(client, provider)
    world.security.write()
    with world.store.read() as session:
        (event,) = session.scalars(select(SecurityEvent)).all()
    assert (event.act, event.outcome, event.subject) == ("sign-in", "provider.refused", f"GET {HOME}")
    for _ in range(600):
        Tries(world.counters).failed_offered(BearerSecret.PROVIDER, "testclient")
    assert come(client, provider).status_code == 429
