"""Web push: a message to a browser, encrypted for it alone (RFC 8291), signed by the station (RFC 8292).

The station's key is derived from its first key: none lies in the database, and a restored backup has it too.
"""

import base64
import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from controller.host.http_post import post
from controller.model.notice_ways import Letter, NotSent
from controller.store.engine import JournalSigner

_PURPOSE: Final = "loa web push"
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_POINT, _SECRET = 65, 16  # bytes of a browser's public key (uncompressed) and of its authentication secret
_RECORD: Final = 4096  # bytes of the one record; a push service takes no more
_TOKEN_LIFE: Final = 12 * 3600  # seconds; RFC 8292 allows 24 hours
_COORDINATE: Final = 32
_LONGEST_TOPIC: Final = 32  # a push service keeps the newest of one topic for a phone that is away
_LAST_RECORD: Final = b"\x02"


def text_of(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64url, padded or not; raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def push_key(signer: JournalSigner) -> ec.EllipticCurvePrivateKey:
    """Return the station's key for web push."""
    number = int.from_bytes(signer.derive(_PURPOSE), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def public_push_key(signer: JournalSigner) -> str:
    """Return its public half, as `pushManager.subscribe` takes it."""
    return text_of(_point(push_key(signer).public_key()))


def are_push_keys(keys: str) -> bool:
    """Whether these are a browser's keys: public key, a dot, secret; both base64url."""
    try:
        point, _, secret = keys.partition(".")
        _public_key(bytes_of(point))
        return len(bytes_of(secret)) == _SECRET
    except (ValueError, UnsupportedAlgorithm):
        return False


def encrypted(content: bytes, keys: str, *, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return the body of a push (RFC 8291, aes128gcm); `own` and `salt` are used for this message alone."""
    point, _, secret = keys.partition(".")
    theirs, ours = bytes_of(point), _point(own.public_key())
    shared = own.exchange(ec.ECDH(), _public_key(theirs))
    together = _hkdf(bytes_of(secret), b"WebPush: info\x00" + theirs + ours, shared, 32)
    key = _hkdf(salt, b"Content-Encoding: aes128gcm\x00", together, 16)
    nonce = _hkdf(salt, b"Content-Encoding: nonce\x00", together, 12)
    head = salt + _RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return head + AESGCM(key).encrypt(nonce, content + _LAST_RECORD, None)


def vapid(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: int) -> str:
    """Return the header `Authorization` for a push service (RFC 8292); `now` in seconds since 1970."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + _TOKEN_LIFE, "sub": contact}
    signed = ".".join(text_of(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    sealed = r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")
    return f"vapid t={signed}.{text_of(sealed)}, k={text_of(_point(key.public_key()))}"


def _hkdf(salt: bytes, info: bytes, secret: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != _POINT:
        raise ValueError("not a browser's key")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


@dataclass
class PushWay:
    """Posts messages to the push services of browsers, and to no other hosts."""

    signer: JournalSigner
    hosts: tuple[str, ...]
    contact: str
    """Whom a push service may write to: an https address or `mailto:`."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Post one; NotSent if the push service did not take it."""
        left = int((letter.until - now).total_seconds())
        if left <= 0:
            raise NotSent("Quá hạn mà chưa gửi được.", final=True)
        own = ec.generate_private_key(ec.SECP256R1())
        body = encrypted(self._told(letter), letter.keys, own=own, salt=os.urandom(16))
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(left),
            "Urgency": "high" if letter.urgent else "normal",
            "Topic": letter.tag[-_LONGEST_TOPIC:],
            "Authorization": vapid(push_key(self.signer), letter.address, self.contact, int(now.timestamp())),
        }
        post(letter.address, body, headers, hosts=self.hosts)

    @staticmethod
    def _told(letter: Letter) -> bytes:
        told = {
            "id": letter.id,
            "title": letter.title,
            "body": letter.body,
            "path": letter.path,
            "tag": letter.tag,
            "urgent": letter.urgent,
            "public": letter.is_public,
        }
        return json.dumps(told, ensure_ascii=False).encode()
