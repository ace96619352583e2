"""Objects in a bucket of any S3; the only module that uses obstore. See docs/several-machines.md.

Every call ends within seconds. After one that failed, calls fail at once for a moment: whoever waits for a
store that is away holds a thread that others need. What the library says of a failure is cut down to a few
known words, since the answers of a store may quote the key that was used.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tts.errors import StoreAway

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

_LOG = logging.getLogger(__name__)

SCHEME: Final = "s3://"
CONNECT_S: Final = 2.0
"""Seconds to reach a server: a network of a province has round trips of some 50 ms."""
QUICK_S: Final = 4.0
"""Seconds for a question, or a file of some kB: a page waits for it."""
WHOLE_S: Final = 30.0
"""Seconds for a request with a whole recording: an hour of sound, 22 MB, at 6 Mbit/s."""
_PARTS_AT_ONCE: Final = 2
"""Parts of 5 MB of a long file on their way: each has WHOLE_S, and they share the line."""
_TRIES: Final = 2
_PAUSE_S: Final = 3.0
"""Seconds after a failure in which nothing is asked: a person tries again later than that."""
_BLOCK: Final = 1 << 20
_IS_ADDRESS = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<prefix>(/[A-Za-z0-9._-]+)*)/?"
)
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})\b")
_WORDS: Final = ("TimedOut", "Timeout", "Connection refused", "dns error", "certificate", "ConnectError")


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where a store is and by which key it is asked. The key is in no `repr`."""

    endpoint: str = ""
    """Address of the server; empty: Amazon's of the region."""
    region: str = "us-east-1"
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    authority: bytes | None = field(default=None, repr=False)
    """Certificate, as PEM, of an authority that is trusted beside those of the system."""


def is_address(place: str) -> bool:
    """Whether a place is a bucket, not a folder."""
    return place.startswith(SCHEME)


class Bucket:
    """Objects below one prefix of a bucket.

    `quick` and `whole` are the same store with other bounds of time.
    """

    def __init__(self, quick: "ObjectStore", whole: "ObjectStore", name: str = "") -> None:
        self._quick, self._whole, self._name = quick, whole, name
        self._closed_until = float("-inf")
        self._is_up = True
        self._lock = threading.Lock()

    @property
    def is_up(self) -> bool:
        """Whether it answered when it was last asked."""
        return self._is_up

    def check(self) -> None:
        """Raise StoreAway unless the bucket can be listed now."""
        import obstore

        with self._asking(is_check=True):
            next(iter(obstore.list(self._quick, chunk_size=1)), None)

    def put(self, name: str, content: bytes | Path) -> None:
        """Store an object; it is durable and whole when this returns. OSError: the file cannot be opened."""
        import obstore

        with ExitStack() as opened:
            # here, since a fault of this machine's disk is no fault of the store
            source = content if isinstance(content, bytes) else opened.enter_context(content.open("rb"))
            with self._asking():
                try:
                    obstore.put(self._whole, name, source, max_concurrency=_PARTS_AT_ONCE)
                except FileNotFoundError as error:  # there is no such bucket
                    raise self._away(error) from None

    def read(self, name: str) -> bytes:
        """Return a small object; raises FileNotFoundError."""
        import obstore

        with self._asking():
            return bytes(obstore.get(self._quick, name).bytes())

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield an object in pieces; raises FileNotFoundError."""
        import obstore

        with self._asking():
            for block in obstore.get(self._whole, name).stream(min_chunk_size=_BLOCK):
                yield bytes(block)

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        import obstore

        try:
            with self._asking():
                obstore.head(self._quick, name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Delete an object, if it is there."""
        import obstore

        try:
            with self._asking():
                obstore.delete(self._quick, name)
        except FileNotFoundError:
            return

    def objects(self) -> Iterator[tuple[str, int, float]]:
        """Yield the name, the bytes and the time (seconds since 1970) of every object."""
        import obstore

        with self._asking():
            for some in obstore.list(self._quick):
                for one in some:
                    yield one["path"], one["size"], one["last_modified"].timestamp()

    @contextmanager
    def _asking(self, *, is_check: bool = False) -> Iterator[None]:
        """Turn a failure into StoreAway, and fail at once shortly after one; FileNotFoundError passes."""
        from obstore.exceptions import BaseError

        if not is_check and time.monotonic() < self._closed_until:
            raise StoreAway
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise self._away(error) from None
            self._answered()
            raise
        except (BaseError, OSError) as error:
            raise self._away(error) from None
        self._answered()

    def _answered(self) -> None:
        with self._lock:
            was_up, self._is_up, self._closed_until = self._is_up, True, float("-inf")
        if not was_up:
            _LOG.info("the store of %s answers again", self._name)

    def _away(self, error: Exception) -> StoreAway:
        """Note the failure; what is raised quotes nothing of what the store said."""
        with self._lock:
            was_up, self._is_up = self._is_up, False
            self._closed_until = time.monotonic() + _PAUSE_S
        if was_up:
            _LOG.error("the store of %s does not answer: %s", self._name, said_of(error))
        return StoreAway()


def said_of(error: Exception) -> str:
    """Return the code, the status and known words of a failure, and nothing else that was said."""
    told = str(error)
    found = [*_CODE.findall(told)[:1], *_STATUS.findall(told)[:1], *(one for one in _WORDS if one in told)]
    return ", ".join([type(error).__name__, *found])


def bucket_at(address: str, access: S3Access) -> Bucket:
    """Return the bucket at s3://bucket/prefix; nothing is asked of it yet. ValueError: no such address."""
    from obstore.store import S3Store

    found = _IS_ADDRESS.fullmatch(address)
    endpoint = urlsplit(access.endpoint)
    is_server = endpoint.scheme in {"http", "https"} and endpoint.hostname and not endpoint.username
    if not found or (access.endpoint and not is_server):
        raise ValueError("a bucket is named s3://bucket/prefix, its server https://host:port")
    config: S3Config = {
        "region": access.region,
        "access_key_id": access.key,
        "secret_access_key": access.secret,
    }
    if access.token:
        config["session_token"] = access.token
    if access.endpoint:
        config["endpoint"] = access.endpoint.rstrip("/")
    prefix = found["prefix"].strip("/") or None

    def opened(seconds: float) -> "ObjectStore":
        client, retries = _bounds(access, seconds)
        return S3Store(
            found["bucket"], prefix=prefix, config=config, client_options=client, retry_config=retries
        )

    return Bucket(opened(QUICK_S), opened(WHOLE_S), address)


def _bounds(access: S3Access, seconds: float) -> "tuple[ClientConfig, RetryConfig]":
    client: ClientConfig = {
        "allow_http": access.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "timeout": timedelta(seconds=seconds),
    }
    if access.authority is not None:
        client["root_certificate"] = access.authority
    retries: RetryConfig = {
        "max_retries": _TRIES - 1,
        "retry_timeout": timedelta(seconds=seconds),
        "backoff": {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=1), "base": 2},
    }
    return client, retries
