"""Posts to an address that somebody gave: no redirection is followed, and nothing of the answer is read.

https only, except to this machine. Its limits are docs/decisions/125-where-notices-may-be-sent.md.
"""

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from controller.model.notice_ways import NotSent

_PATIENCE: Final = (5.0, 5.0)  # seconds to connect, and for the answer
_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({408, 425, 429})
_REFUSED: Final = re.compile(r"[\x00-\x20\\]")
"""In no address. urllib3 ends a host at a backslash and urlsplit does not: it would post to another host."""
_LONGEST_WAIT: Final = 3600.0  # seconds; a receiver that asks for more is tried again by our own spacing


def may_post(address: str, hosts: Collection[str] = ()) -> bool:
    """Whether an address is one to post to; `hosts`: the only ones allowed, with all names below each."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or _REFUSED.search(address):
        return False
    if hosts and not any(host == one or host.endswith(f".{one}") for one in hosts):
        return False
    if hosts and port not in {None, 443} and not is_loopback(host):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a host name or number is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(
    address: str, body: bytes, headers: dict[str, str], *, hosts: Collection[str] = (), gone: bool = True
) -> None:
    """Post a body; NotSent for any answer but a success. `gone`: 404 and 410 end the way, else 410 alone."""
    if not may_post(address, hosts):
        raise NotSent("Địa chỉ này không được phép gửi tới.", gone=True)
    import requests  # imported late: it costs memory, and most stations post to nobody

    try:
        with requests.Session() as session:
            session.trust_env = not is_loopback(urlsplit(address).hostname or "")
            reply = session.post(
                address, data=body, headers=headers, timeout=_PATIENCE, allow_redirects=False, stream=True
            )
            reply.close()
    except requests.RequestException as error:
        raise NotSent(f"Không nối được ({type(error).__name__}).") from error
    status = reply.status_code
    if reply.ok and not reply.is_redirect:
        return
    why = f"Máy nhận trả lời mã {status}."
    if status in (_GONE if gone else {410}):
        raise NotSent(why, gone=True)
    is_final = status < requests.codes.server_error and status not in _LATER
    raise NotSent(why, final=is_final and gone, retry_after=_seconds(reply.headers.get("Retry-After", "")))


def _seconds(text: str) -> float:
    return min(float(text), _LONGEST_WAIT) if text.isdecimal() and len(text) < len("10000000") else 0
