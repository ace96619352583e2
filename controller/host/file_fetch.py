"""Downloads a file: limited in time and size, https only except from this machine."""

import ipaddress
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from controller.errors import BadInput, LoaError
from controller.host.http_deadline import session_until
from tts.files import room_needed

_PATIENCE = 15.0  # seconds without a byte
_MOST_SECONDS = 900.0  # for all of it: a voice of 60 MB over 1 Mbit/s takes eight minutes
_MOST_TURNS = 5  # redirections
_BLOCK = 1 << 16
_TOO_LONG = "Tải tệp quá lâu nên đã dừng. Chưa có gì thay đổi."


class NotFetched(LoaError):  # noqa: N818 - named by what is the case
    """The server or the network failed; trying again later may help."""

    code = "fetch.failed"


def is_address(source: str) -> bool:
    """Whether the text is a web address and not a file name."""
    return "://" in source


def fetch(address: str, place: Path, *, most_bytes: int) -> None:
    """Download the address into a new file; raises BadInput, NotFetched or NoSpace.

    Plain http is allowed for loopback only: on a network somebody could exchange the file.
    """
    end = time.monotonic() + _MOST_SECONDS
    for _ in range(_MOST_TURNS + 1):
        _check(address)
        try:
            with session_until(end) as session:
                session.trust_env = not _is_loopback(address)
                reply = session.get(address, stream=True, timeout=_PATIENCE, allow_redirects=False)
                if not reply.is_redirect:
                    _take(reply, place, most_bytes, end)
                    return
                address = urljoin(address, reply.headers["Location"])
        except requests.RequestException as failed:
            if time.monotonic() >= end:
                raise NotFetched(_TOO_LONG) from failed
            raise NotFetched(
                f"Không tải được «{address}». Chưa có gì thay đổi; hãy kiểm tra mạng và địa chỉ."
            ) from failed
    raise NotFetched(f"Địa chỉ «{address}» chuyển hướng quá nhiều lần.")


def _check(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or not _is_loopback(address):
        raise BadInput(f"Chỉ tải qua https (địa chỉ là «{address}»).", code="fetch.not-https")


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _take(reply: requests.Response, place: Path, most_bytes: int, end: float) -> None:
    if not reply.ok:
        raise NotFetched(f"Máy chủ trả lời mã {reply.status_code} cho «{reply.url}». Chưa có gì thay đổi.")
    taken = 0
    with room_needed(), place.open("xb") as out:
        for block in reply.iter_content(_BLOCK):
            taken += len(block)
            if taken > most_bytes:
                raise BadInput(
                    f"Tệp ở «{reply.url}» lớn hơn {most_bytes // 1_000_000} MB nên không tải.",
                    code="fetch.too-large",
                )
            out.write(block)
    if time.monotonic() >= end:  # cut off: without a length it would look whole
        raise NotFetched(_TOO_LONG)
    announced = reply.headers.get("Content-Length", "")
    if announced.isdecimal() and "Content-Encoding" not in reply.headers and taken != int(announced):
        raise NotFetched(f"Kết nối đứt giữa chừng khi tải «{reply.url}». Chưa có gì thay đổi.")
