"""Client of a running station's JSON interface, for a signed-in person."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError

from controller.client.credentials import CommandUser, code_of, name_and_password
from controller.errors import BadInput, LoaError
from controller.settings import Settings

V = TypeVar("V")
_PATIENCE = 15.0  # seconds for one answer; signing in alone costs a quarter of a second of argon2
_LOOK_AGAIN = 0.5  # seconds between two polls of a rendering or an airing


class StationAway(LoaError):  # noqa: N818 - named by what is the case
    """No station answers at the given URL."""

    code = "station.away"


@dataclass
class RemoteStation:
    """One signed-in person at a station's JSON interface."""

    address: str
    _session: requests.Session
    password: str = field(default="", repr=False)
    """The person's, for what is signed with it."""

    @classmethod
    @contextmanager
    def signed_in(
        cls, address: str, name: str, password: str, code_of: Callable[[str], str]
    ) -> Iterator["RemoteStation"]:
        """Sign a person in, and out at the end; `code_of` gives the second factor where there is one."""
        with requests.Session() as session:
            session.trust_env = False  # the station is reached directly, never through a proxy
            session.headers["Origin"] = address
            # the station may close an idle connection at the moment the next call is sent
            session.headers["Connection"] = "close"
            station = cls(address, session, password)
            asked = {"name": name, "password": password}
            try:
                station.call("POST", "/sign-in", asked)
            except BadInput as error:
                if error.code != "operator.code-needed":
                    raise
                station.call("POST", "/sign-in", asked | {"code": code_of(name)})
            try:
                yield station
            finally:
                station.call("POST", "/sign-out", {})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make one call; raise StationAway or BadInput, in Vietnamese, if it fails."""
        try:
            reply = self._session.request(
                method, f"{self.address}/api/v1{path}", json=body, timeout=_PATIENCE
            )
        except requests.RequestException as error:
            raise _away(self.address) from error
        if not reply.ok:
            raise _as_error(reply)
        return reply.json() if reply.content else None

    def ask(self, view: type[V], method: str, path: str, body: dict[str, Any] | None = None) -> V:
        """Make one call whose answer is a `view`; LoaError for an answer of another shape, else as `call`."""
        answer = self.call(method, path, body)
        try:
            return TypeAdapter(view).validate_python(answer)
        except ValidationError as error:
            raise LoaError(
                "Đài trả lời khác với chương trình này. Hãy dùng chương trình cùng phiên bản với đài.",
                code="station.answer",
            ) from error

    def listen(self, recording: str) -> bytes:
        """Return a recording's bytes, fetched as a player does; raises StationAway or BadInput as `call`."""
        address = f"{self.address}/api/v1/recordings/{recording}"
        try:
            reply = self._session.get(address, timeout=_PATIENCE)
        except requests.RequestException as error:
            raise _away(self.address) from error
        if not reply.ok:
            raise _as_error(reply)
        return reply.content


@contextmanager
def signed_in(address: str | None, role: CommandUser = CommandUser.AUTHOR) -> Iterator[RemoteStation]:
    """Sign a person in at a station (None: the station in this machine's settings), and out at the end."""
    name, password = name_and_password(role)
    with RemoteStation.signed_in(address_of(address), name, password, code_of(role)) as station:
        yield station


def address_of(given: str | None) -> str:
    """Return the given URL, else the URL of the station in this machine's settings."""
    settings = Settings()
    return given or f"http://{settings.host}:{settings.port}"


def _away(address: str) -> StationAway:
    return StationAway(
        f"Không kết nối được với đài tại {address}. Hãy chạy «loa up» trước, "
        "hoặc cho biết địa chỉ bằng --station."
    )


def _as_error(reply: requests.Response) -> LoaError:
    try:
        said = reply.json()
        sentence, code = str(said["sentence"]), str(said["code"])
    except (ValueError, KeyError, TypeError):
        sentence, code = f"Đài trả lời lỗi {reply.status_code}.", "station.error"
    if reply.status_code < requests.codes.server_error:
        return BadInput(sentence, code=code)
    return LoaError(sentence, code=code)


def wait_for(look: Callable[[], Any], ready: Callable[[Any], bool], seconds: float, what: str) -> Any:
    """Poll until ready; raise LoaError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if ready(seen):
            return seen
        if time.monotonic() > end:
            raise LoaError(f"Chờ quá lâu: {what}. Hãy xem trang của đài để biết thêm.", code="station.slow")
        time.sleep(_LOOK_AGAIN)
