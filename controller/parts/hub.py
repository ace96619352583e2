"""`loa hub serve`: a folder of signed files, the figures that provinces send, and one page; docs/hub.md.

No database and no key: what is handed out was signed elsewhere, and what comes in is checked by the list of
provinces (`provinces.json`). Put a web server with TLS before it.
"""

import hashlib
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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
        except ValidationError as error:
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
            if not place.exists() or _read(place).made_at < report.made_at:
                write_whole(place, text)
        return True

    def shown(self) -> list[dict[str, Any]]:
        """Return each province with its newest figures and their age; also who never sent any."""
        return [self._province(one) for one in self.provinces()]

    def _province(self, known: KnownProvince) -> dict[str, Any]:
        files = sorted((self.folder / REPORTS / known.code).glob("????-??-??"))
        told = {"code": known.code, "name": known.name}
        if not files:
            return told | {"reported": False, "is_silent": True}
        newest = _read(files[-1])
        is_silent = self.now() - newest.made_at > SILENT_AFTER
        days = [_read(one).model_dump(mode="json", exclude={"drills"}) for one in files[-7:]]
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

    server = ThreadingHTTPServer((host, port), Serving)
    server.daemon_threads = True
    return server


def run(folder: Path, host: str, port: int) -> None:
    """Serve a folder until Ctrl-C; raises BadInput where the list of provinces cannot be read."""
    Hub(folder).provinces()
    with hub_server(folder, host, port) as server:
        server.serve_forever()


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
        elif int(length) > LONGEST_REPORT:
            self.send_error(413)
        elif self.hub.take_report(self.rfile.read(int(length))):
            self._answer(b"{}", "application/json")
        else:
            self.send_error(403)

    def _file(self, place: Path) -> None:
        try:
            content = place.read_bytes()
        except OSError:
            self.send_error(404)
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        self._answer(content, "application/octet-stream", {"ETag": tag})

    def _answer(self, content: bytes, kind: str, more: Mapping[str, str] | None = None) -> None:
        self.send_response(200)
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), **_SAFE, **(more or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own
        """Log nothing: the web server before it does."""


def _read(place: Path) -> Report:
    """Return figures that were checked when they came."""
    return Report.model_validate(read_payload(place.read_text("ascii")), extra="ignore")
