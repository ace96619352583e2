"""Tries a broker as a loudspeaker would find it, before thousands of them are sent there."""

import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from controller.errors import Conflict, TooManyTries
from devices.link import Link
from devices.link_api import Address, Message, Options

CONNECT_S: Final = 5.0
"""Seconds for TCP and TLS of one broker."""
KEYS_S: Final = 10.0
"""Seconds until the broker has shown the retained key set."""
_one_at_a_time = threading.Lock()
"""A probe waits for seconds in a worker thread: there is never more than one."""


def probe(
    broker: str,
    authorities: Sequence[str],
    *,
    station_url: str,
    leaf_urls: Iterable[str] = (),
    keys_topic: str,
    has_keys: Callable[[bytes], bool],
) -> None:
    """Return if the broker answers, proves itself, lets the station in and has its key set; else Conflict.

    `station_url`: where the station connects now: its user and password count there, too, but at a leaf of
    its tree, which has a user for this alone (`leaf_urls`). `has_keys`: whether a payload is the key set that
    the station publishes.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise TooManyTries("Đang thử một trạm khác. Hãy đợi nửa phút.", retry_after=30, code="home.busy")
    try:
        address = Address.of(broker, authorities)
        now = (
            Address.of(station_url)
            if urlsplit(station_url).hostname
            else Address("", 0, None, None, tls=False)
        )
        leaf = next((one for one in map(Address.of, leaf_urls) if _is_same(one, address)), None)
        _shake_hands(broker, address)
        if not _is_same(address, now):  # a second sign-in would end our own
            user = leaf or now
            _look_for_keys(broker, address.signed_in(user.user, user.password), keys_topic, has_keys)
    finally:
        _one_at_a_time.release()


def _is_same(one: Address, other: Address) -> bool:
    return (one.host, one.port) == (other.host, other.port)


def _shake_hands(broker: str, address: Address) -> None:
    try:
        with socket.create_connection((address.host, address.port), CONNECT_S) as plain:
            if address.tls:
                with _context(address.authorities).wrap_socket(plain, server_hostname=address.host):
                    return
    except ssl.SSLError as error:
        raise Conflict(
            f"Trạm {_short(broker)} không chứng minh được bằng chứng thư đã nêu ({error.reason or error}). "
            "Chưa ký gì; loa vẫn ở chỗ cũ.",
            code="home.certificate",
        ) from error
    except (OSError, ValueError) as error:
        raise Conflict(
            f"Máy chủ không nối được tới trạm {_short(broker)}: {error}. Chưa ký gì; loa vẫn ở chỗ cũ.",
            code="home.unreachable",
        ) from error


def _context(authorities: Sequence[str]) -> ssl.SSLContext:
    if not authorities:
        return ssl.create_default_context()
    return ssl.create_default_context(cadata=b"".join(b64decode(one) for one in authorities))


def _look_for_keys(broker: str, address: Address, topic: str, has_keys: Callable[[bytes], bool]) -> None:
    found = threading.Event()

    def came(message: Message) -> None:
        if has_keys(message.payload):
            found.set()

    client = address.user or "loa-station-probe"
    link = Link(broker, client, on_message=came, options=Options(client), address=address)
    link.subscribe(topic)
    link.start()
    try:
        until, was_up = time.monotonic() + KEYS_S, False
        while not found.wait(0.05) and time.monotonic() < until:
            was_up = was_up or link.is_up
    finally:
        link.stop()
    if found.is_set():
        return
    if not was_up:
        raise Conflict(
            f"Trạm {_short(broker)} không nhận tài khoản của đài: loa cũng sẽ không vào được. Hãy chép tệp "
            "mật khẩu sang đó trước. Chưa ký gì; loa vẫn ở chỗ cũ.",
            code="home.refused",
        )
    raise Conflict(
        f"Trạm {_short(broker)} chưa có bộ khóa của đài: đài chưa nói được ở đó. Hãy nối cầu hai trạm trước. "
        "Chưa ký gì; loa vẫn ở chỗ cũ.",
        code="home.no-keys",
    )


def _short(broker: str) -> str:
    return urlsplit(broker).netloc
