"""`loa hub serve`: a folder of signed files, the figures that provinces send, and one page; docs/hub.md.

No database and no key: what is handed out was signed elsewhere, and what comes in is checked by the list of
provinces (`provinces.json`). Put a web server with TLS before it.
"""

import json
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any, ClassVar, Final

from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from controller.clocks import utc_now
from controller.errors import BadInput, LoaError
from controller.features.hub.documents import (
    AHEAD,
    DOCUMENTS,
    FEED,
    LONGEST_REPORT,
    RECORDINGS,
    REPORT_TYP,
    REPORTS,
    Report,
    read_signed,
)
from controller.model.local_time import wall
from devices.ids import KeyId, Role
from devices.jose import Sealed, key_id, read_payload
from devices.not_trusted import NotTrusted
from devices.wire_types import Malformed
from tts.errors import SpeechError
from tts.files import write_whole

_LOG = logging.getLogger(__name__)

PROVINCES: Final = "provinces.json"
SILENT_AFTER: Final = timedelta(hours=26)
"""A province sends each hour; a day of a broken line is told."""
_FILE: Final = re.compile(rf"/({DOCUMENTS}|{RECORDINGS})/([0-9a-f]{{64}})")
_PATIENCE_S: Final = 20.0
"""For each piece that is sent or awaited, and for all of the figures."""
_LONGEST_ANSWER_S: Final = 600.0
"""As long as a province waits for a recording."""
_BLOCK: Final = 64 * 1024
_MOST_AT_ONCE: Final = 128
"""Connections, each with a thread: 34 provinces and who looks at the page."""
_OLDEST, _ONE_DAY = timedelta(days=40), timedelta(days=1)
"""Of days that are reported; a day begins in Vietnam before it does in UTC."""
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class KnownProvince(BaseModel):
    """A province that may send figures, and the public keys of its station: the present, and the next."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    keys: list[str]

    @property
    def kids(self) -> frozenset[KeyId]:
        """The names of the keys."""
        return frozenset(key_id(Role.STATION, key) for key in self.keys)


@dataclass
class Hub:
    """The folder, and what is asked of it; safe from any thread."""

    folder: Path
    now: Callable[[], datetime] = utc_now
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def provinces(self) -> list[KnownProvince]:
        """Return the list of provinces, read anew each time; BadInput where it cannot be read."""
        try:
            return TypeAdapter(list[KnownProvince]).validate_json((self.folder / PROVINCES).read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise BadInput(f"Không đọc được {self.folder / PROVINCES}.", code="hub.provinces") from error

    def take_report(self, text: bytes) -> bool:
        """Keep the figures of a province's day; older ones of the same day change nothing.

        False: not signed by a province of the list as its own, or of a day that is not near.
        """
        try:
            kid = Sealed.read(text, REPORT_TYP).kid
            sender = next((one for one in self.provinces() if kid in one.kids), None)
            report = read_signed(text, REPORT_TYP, Report, sender.keys if sender else ())
            day = date.fromisoformat(report.day)
        except (NotTrusted, Malformed, ValueError):
            return False
        now = self.now()
        is_timely = report.made_at <= now + AHEAD and now.date() - _OLDEST <= day <= now.date() + _ONE_DAY
        if sender is None or sender.code != report.province or not is_timely:
            return False
        place = self.folder / REPORTS / sender.code / report.day
        with self._lock:
            kept = _read(place)
            if kept is None or kept.made_at < report.made_at:
                write_whole(place, text)
        return True

    def shown(self) -> list[dict[str, Any]]:
        """Return each province with its newest figures and their age; also who never sent any."""
        return [self._province(one) for one in self.provinces()]

    def _province(self, known: KnownProvince) -> dict[str, Any]:
        files = sorted((self.folder / REPORTS / known.code).glob("????-??-??"))
        reports = [report for one in files[-7:] if (report := _read(one)) is not None]
        told = {"code": known.code, "name": known.name}
        if not reports:
            return told | {"reported": False, "is_silent": True}
        newest = reports[-1]
        is_silent = self.now() - newest.made_at > SILENT_AFTER
        days = [one.model_dump(mode="json", exclude={"drills"}) for one in reports]
        drills = newest.model_dump(mode="json")["drills"]
        made_at = newest.made_at.isoformat()
        return told | {
            "reported": True,
            "is_silent": is_silent,
            "made_at": made_at,
            "days": days,
            "drills": drills,
        }

    def page(self) -> bytes:
        """Return the page of all provinces."""
        found = self.shown()
        loader = FileSystemLoader(Path(__file__).parent)
        made = Environment(loader=loader, autoescape=True).get_template("hub.html")
        silent = sum(1 for one in found if one["is_silent"])
        when = {one["code"]: wall(datetime.fromisoformat(one["made_at"])) for one in found if one["reported"]}
        return made.render(provinces=found, silent=silent, when=when, now=wall(self.now())).encode()


def hub_server(
    folder: Path, host: str, port: int, now: Callable[[], datetime] = utc_now
) -> ThreadingHTTPServer:
    """Return a server of the folder, bound and not serving yet."""

    class Serving(_Handler):
        hub = Hub(folder, now)

    return _Server((host, port), Serving)


def run(folder: Path, host: str, port: int) -> None:
    """Serve a folder until Ctrl-C; raises BadInput where the list of provinces cannot be read."""
    Hub(folder).provinces()
    with hub_server(folder, host, port) as server:
        server.serve_forever()


class _Server(ThreadingHTTPServer):
    """A thread for each connection, up to a bound; those beyond it are ended at once."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._free = threading.Semaphore(_MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, in a thread of its own."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ARG002
        """Log a fault of ours; a connection that broke off or was too slow is none."""
        if not isinstance(sys.exception(), OSError):
            _LOG.exception("the hub: a request failed")


class _Handler(BaseHTTPRequestHandler):
    """The addresses of a hub."""

    hub: ClassVar[Hub]
    timeout = _PATIENCE_S
    server_version, sys_version = "loa-hub/1", ""

    def do_GET(self) -> None:
        """Hand out a file, the figures as JSON, or the page."""
        self._tried(self._get)

    def do_POST(self) -> None:
        """Take a province's figures."""
        self._tried(self._post)

    def _tried(self, answer: Callable[[], None]) -> None:
        """Answer; 503 while the list of provinces cannot be read, or the disk is full."""
        try:
            answer()
        except (LoaError, SpeechError) as error:
            _LOG.warning("the hub: %s", error)
            self.send_error(503)

    def _get(self) -> None:
        if self.path == "/":
            self._answer(self.hub.page(), "text/html; charset=utf-8")
        elif self.path == "/provinces":
            self._answer(json.dumps(self.hub.shown(), ensure_ascii=False).encode(), "application/json")
        elif self.path == f"/{FEED}" or _FILE.fullmatch(self.path):
            self._file(self.hub.folder / self.path[1:])
        else:
            self.send_error(404)

    def _post(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != f"/{REPORTS}" or not length.isdecimal():
            self.send_error(404)
        elif len(length) > len(str(LONGEST_REPORT)) or int(length) > LONGEST_REPORT:
            self.send_error(413)
        elif self.hub.take_report(self._body(int(length))):
            self._answer(b"{}", "application/json")
        else:
            self.send_error(403)

    def _body(self, length: int) -> bytes:
        """Return what was sent, or as much of it as came in time."""
        found, ends_at = bytearray(), time.monotonic() + self.timeout
        while len(found) < length and time.monotonic() < ends_at:
            block = self.rfile.read1(length - len(found))
            if not block:
                break
            found += block
        return bytes(found)

    def _file(self, place: Path) -> None:
        """Hand out a file, by pieces: a recording is long, and many may ask for it at once."""
        try:
            file = place.open("rb")
        except OSError:
            self.send_error(404)
            return
        with file:
            state = os.fstat(file.fileno())
            tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
            if self.headers.get("If-None-Match") == tag:
                self._head(304, {"ETag": tag})
                return
            self._head(200, _head_of("application/octet-stream", state.st_size) | {"ETag": tag})
            ends_at = time.monotonic() + _LONGEST_ANSWER_S
            while time.monotonic() < ends_at and (block := file.read(_BLOCK)):
                self.wfile.write(block)

    def _answer(self, content: bytes, kind: str) -> None:
        self._head(200, _head_of(kind, len(content)))
        self.wfile.write(content)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own
        """Log nothing: the web server before it does."""


def _head_of(kind: str, length: int) -> dict[str, str]:
    return {"Content-Type": kind, "Content-Length": str(length), **_SAFE}


def _read(place: Path) -> Report | None:
    """Return figures that were checked when they came; None where there are none, or they are damaged."""
    try:
        return Report.model_validate(read_payload(place.read_text("ascii")), extra="ignore")
    except FileNotFoundError:
        return None
    except (OSError, NotTrusted, ValueError):
        _LOG.warning("the hub: cannot read %s", place)
        return None
