"""Receivers of notices on loopback: a server that keeps what is posted, a browser that reads pushes."""

import base64
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.loopback_server import LoopbackServer


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class PostServer(LoopbackServer):
    """Takes every POST; `answers`: by path, the statuses of the next ones, 201 when none is left."""

    def __init__(self):
        super().__init__(_answering(self))
        self.posts, self.answers, self.turns = [], defaultdict(deque), {}

    def at(self, path):
        return [one for one in self.posts if one.path == path]


def _answering(server):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # the name that the library calls
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # who sent it was killed meanwhile: nothing was received
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.posts.append(Posted(self.path, headers, body, time.monotonic()))
            status = server.answers[self.path].popleft() if server.answers[self.path] else 201
            self.send_response(status)
            if self.path in server.turns:
                self.send_header("Location", server.turns[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SubscribedBrowser:
    """A browser's subscription; reads what a push service got for it, and checks who sent it."""

    def __init__(self, server, path="/push/1"):
        self.server, self.path = server, path
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), bytes(range(16))

    @property
    def endpoint(self):
        return self.server.address(self.path)

    @property
    def p256dh(self):
        return _text(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self):
        return _text(self._auth)

    @property
    def keys(self):
        return f"{self.p256dh}.{self.auth}"

    def read(self, station_key):
        """Return what was pushed, decrypted; each was signed by the station's key for this push service."""
        return [self._read(post, station_key) for post in self.server.at(self.path)]

    def _read(self, post, station_key):
        assert post.headers["content-encoding"] == "aes128gcm"
        assert post.headers["urgency"] in {"high", "normal"}
        assert int(post.headers["ttl"]) > 0
        claims = _signed_claims(post.headers["authorization"], station_key)
        assert claims["aud"] == self.server.address("")
        assert claims["sub"].startswith(("https:", "mailto:"))
        content = http_ece.decrypt(post.body, private_key=self._key, auth_secret=self._auth)
        return json.loads(content)


def _signed_claims(header, station_key):
    token, key = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    assert key == station_key
    signed, _, seal = token.rpartition(".")
    r, s = (int.from_bytes(half, "big") for half in (_bytes(seal)[:32], _bytes(seal)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    return json.loads(_bytes(signed.partition(".")[2]))
