"""Browsers from which a person signed in before, known by a cookie that only this station can make.

It grants no access. Sign-ins with it are counted apart from others, so that a stranger who tries passwords
does not lock the person out (OWASP, "device cookies"). The cookie names no person; no row is stored.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from controller.store.engine import JournalSigner

LIFE = timedelta(days=180)
"""A browser that nobody signed in from for half a year is a stranger's again."""
_PURPOSE = "loa device cookies v1"
_NONCE = 16
_PARTS = 3


def device_cookie(signer: JournalSigner | None, name: str, now: datetime) -> str | None:
    """Return the cookie's value for a person who has signed in; None without the station's key."""
    if signer is None:
        return None
    issued, nonce = str(int(now.timestamp())), secrets.token_hex(_NONCE)
    return f"{issued}.{nonce}.{_mac(signer, name, issued, nonce)}"


def known_device(signer: JournalSigner | None, name: str, cookie: str, now: datetime) -> str | None:
    """Return the browser's number if this person signed in from it recently, else None."""
    parts = cookie.split(".")
    if signer is None or len(parts) != _PARTS or not cookie.isascii():
        return None
    issued, nonce, mac = parts
    if not hmac.compare_digest(mac, _mac(signer, name, issued, nonce)):
        return None
    is_young = now.timestamp() < int(issued) + LIFE.total_seconds()
    return nonce if is_young else None


def _mac(signer: JournalSigner, name: str, issued: str, nonce: str) -> str:
    content = f"{issued}.{nonce}.{name.strip().lower()}"
    return hmac.new(signer.derive(_PURPOSE), content.encode(), hashlib.sha256).hexdigest()
