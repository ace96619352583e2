"""An OpenID provider on loopback over real HTTP: login page, codes that work once, PKCE, keys that change.

`people` are who can sign in there, by name; a test bends what it says by `token`, `metadata` and `broken`.
"""

import base64
import html
import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from tests.support.loopback_server import LoopbackServer

CLIENT, SECRET = "loa", "bí mật của đài/+&"


@dataclass
class Code:
    """What a code stands for."""

    asked: dict
    person: str
    signed_in_at: float


@dataclass
class OpenIdProvider(LoopbackServer):
    """Answers as a provider does until its block ends."""

    people: dict = field(default_factory=dict)
    now: object = time.time
    token: object = None  # (claims, key) -> the ID token as text; None: signed as it should be
    metadata: dict = field(default_factory=dict)
    broken: set = field(default_factory=set)  # paths that answer 500
    drips: set = field(default_factory=set)  # paths that answer a byte at a time, for some ten seconds
    asked: list = field(default_factory=list)

    def __post_init__(self):
        LoopbackServer.__init__(self, _answering(self))
        self.codes, self.signed_in = {}, {}
        self.rotate()

    @property
    def issuer(self):
        return self.address("/realms/tinh")

    def rotate(self):
        """Sign by a new key from now on; the old one is gone from the set."""
        self.key = ECKey.generate_key("P-256", parameters={"kid": secrets.token_hex(4), "use": "sig"})

    def code_for(self, address, person, *, at=None):
        """Return where the provider sends a browser that came by this address and signed in as the person."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(asked, person, self.now() if at is None else at)
        told = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{told}"

    def describe(self):
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
        }
        found = {"issuer": self.issuer, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return found | {name: self.address(path) for name, path in paths.items()} | self.metadata

    def keys(self):
        return KeySet([self.key]).as_dict(private=False)

    def take(self, form, authorization):
        """Answer the token endpoint: (status, JSON)."""
        told = base64.b64decode((authorization or "").removeprefix("Basic ")).decode().split(":")
        basic = [unquote_plus(one) for one in told]
        in_form = [form.get("client_id"), form.get("client_secret")]
        code = self.codes.pop(form.get("code", ""), None)
        if [CLIENT, SECRET] not in (basic, in_form):
            return 401, {"error": "invalid_client"}
        if code is None or form.get("redirect_uri") != code.asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if create_s256_code_challenge(form.get("code_verifier", "")) != code.asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(code),
        }

    def id_token(self, code):
        now = int(self.now())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": f"id-{code.person}", "iat": now, "exp": now + 60}
        claims |= {"nonce": code.asked["nonce"], "auth_time": int(code.signed_in_at)}
        claims |= {"preferred_username": code.person} | self.people[code.person]
        return (self.token or signed)(claims, self.key)


def signed(claims, key, **header):
    """Return an ID token by the key, with its name."""
    told = {"alg": "ES256", "kid": key.kid} | header
    return jws.serialize_compact(told, json.dumps(claims), key, algorithms=[told["alg"]])


def _answering(provider):
    class Answers(_Handler):
        asked_of = provider

    return Answers


class _Handler(BaseHTTPRequestHandler):
    asked_of = None

    def do_GET(self):  # the name that the library calls
        path = urlsplit(self.path).path
        self.asked_of.asked.append(path)
        if path in self.asked_of.broken:
            self.send_error(500)
        elif path == "/realms/tinh/.well-known/openid-configuration":
            self.tell(200, self.asked_of.describe())
        elif path == "/keys":
            self.tell(200, self.asked_of.keys())
        elif path == "/authorize":
            self.log_in()
        else:
            self.send_error(404)

    def do_POST(self):
        path = urlsplit(self.path).path
        self.asked_of.asked.append(path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if path in self.asked_of.broken:
            self.send_error(500)
        elif path == "/token":
            self.tell(*self.asked_of.take(form, self.headers.get("Authorization")))
        else:  # the login page's form
            self.send_response(303)
            self.send_header("Location", self.asked_of.code_for(form["address"], form["person"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_in(self):
        people = "".join(
            f'<button name="person" value="{one}">{one}</button>' for one in self.asked_of.people
        )
        page = (
            '<!doctype html><html lang="vi"><title>Cơ quan</title><main><h1>Đăng nhập cơ quan</h1>'
            '<form method="post" action="/login"><input type="hidden" name="address" '
            f'value="{html.escape(self.path)}">{people}</form></main></html>'
        )
        self.tell(200, page.encode(), "text/html; charset=utf-8")

    def tell(self, status, content, kind="application/json"):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if urlsplit(self.path).path not in self.asked_of.drips:
            self.wfile.write(data)
            return
        with suppress(OSError):
            for _ in range(100):
                self.wfile.write(b" ")
                time.sleep(0.1)

    def log_message(self, *_):
        pass
