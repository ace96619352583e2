"""Asks a hub: https, bounded in bytes and in seconds for the whole answer; no redirection is followed."""

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests

from controller.errors import LoaError
from controller.host.http_deadline import session_until
from controller.host.http_post import is_loopback, may_post

_PATIENCE: Final = (5.0, 10.0)  # seconds to connect, and between two pieces of an answer
_BLOCK: Final = 64 * 1024


class HubAway(LoaError):  # noqa: N818 - named by what is the case
    """The hub did not answer, or not as a hub does; asked again later."""

    code = "hub.away"


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """The status of an answer, its body, and by what name it is asked for again (ETag)."""

    status: int
    body: bytes = b""
    tag: str = ""


def ask_hub(
    address: str, *, most_bytes: int, most_s: float, body: bytes | None = None, tag: str = ""
) -> HubAnswer:
    """Get an address, or post a body to it; raises HubAway for what is too long, too slow, or no answer.

    `tag`: of the answer before; an unchanged one comes back with status 304 and no body.
    """
    if not may_post(address):
        raise HubAway(
            "Địa chỉ trung tâm (LOA_HUB_URL) không dùng được. Phải là https, không kèm tên và mật khẩu.",
            code="hub.address",
        )
    ends_at = time.monotonic() + most_s
    headers = {"Accept-Encoding": "identity", "User-Agent": "loa-hub/1"}
    headers |= {"If-None-Match": tag} if tag else {}
    method = "GET" if body is None else "POST"
    try:
        with session_until(ends_at) as session:
            session.trust_env = not is_loopback(urlsplit(address).hostname or "")
            reply = session.request(
                method,
                address,
                data=body,
                headers=headers,
                timeout=_PATIENCE,
                allow_redirects=False,
                stream=True,
            )
            found = _body(reply, most_bytes)
    except (requests.RequestException, OSError) as error:
        raise HubAway(f"Trung tâm không trả lời ({type(error).__name__}).") from error
    if time.monotonic() >= ends_at:  # cut off: without a length it would look whole
        raise HubAway("Trung tâm trả lời quá chậm nên đã bỏ.")
    return HubAnswer(reply.status_code, found, reply.headers.get("ETag", ""))


def _body(reply: requests.Response, most_bytes: int) -> bytes:
    found = bytearray()
    for block in reply.iter_content(_BLOCK):
        found += block
        if len(found) > most_bytes:
            raise HubAway(f"Trung tâm gửi quá {most_bytes // 1024} kB nên đã bỏ.", code="hub.too-large")
    return bytes(found)
