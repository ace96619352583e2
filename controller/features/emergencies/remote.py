"""`loa emergency`: what is prepared, called and ended at a running station, over its JSON interface."""

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from controller.client.http_client import RemoteStation
from controller.errors import BadInput
from controller.features.airings.remote import code_of, person
from controller.features.provisioning.service import APPROVER, OFFICER
from controller.model.emergency_states import KINDS_IN_WORDS, STANDING_IN_WORDS, Kind, Standing
from controller.settings import Settings

Who = Literal["author", "approver"]
_FIRST = {"author": OFFICER, "approver": APPROVER}


@contextmanager
def signed_in(address: str | None, who: Who) -> Iterator[RemoteStation]:
    """Sign one of the two people of `loa air` in, and out at the end."""
    settings = Settings()
    address = address or f"http://{settings.host}:{settings.port}"
    role = who.upper()
    someone = person(role, _FIRST[who], settings)
    with RemoteStation.signed_in(address, *someone, code_of(role)) as station:
        yield station


def call(address: str | None, who: Who, method: str, path: str, asked: dict[str, Any] | None = None) -> Any:
    """Make one call below /emergencies; what is None is left to the station's defaults.

    Where the station asks for a fresh code of the telephone (the one of the sign-in is used up), the person
    is asked for it and the call made again.
    """
    given = None if asked is None else {name: value for name, value in asked.items() if value is not None}
    with signed_in(address, who) as station:
        try:
            return station.call(method, f"/emergencies{path}", given)
        except BadInput as error:
            if error.code != "operator.code-needed" or given is None:
                raise
        return station.call(method, f"/emergencies{path}", given | {"code": _fresh_code()})


def templates(address: str | None, who: Who, areas: Sequence[str]) -> dict[str, Any]:
    """Return what is prepared with its reach, and the built-in texts."""
    query = "&".join(f"area={area}" for area in areas)
    return dict(call(address, who, "GET", "/templates" + (f"?{query}" if query else "")))


def prepared_line(one: dict[str, Any]) -> str:
    """Return one prepared recording as a person reads it."""
    ready = one["readiness"]
    kind = KINDS_IN_WORDS[Kind(one["kind"])]
    state = f"giữ {ready['held']}/{ready['nodes']} cụm loa, kêu ngay được {ready['ready']}"
    if not one["is_approved"]:
        state = "chưa được duyệt, hoặc phê duyệt đã hết hạn"
    return f"{one['id']}\t{kind}\t{one['area']}\t{one['title']}\t{state}"


def emergency_line(one: dict[str, Any]) -> str:
    """Return one emergency as a person reads it."""
    state = "ĐANG PHÁT" if one["is_running"] else STANDING_IN_WORDS[Standing(one["state"])]
    alone = f" (một mình: {one['alone_because']})" if one["alone_because"] else ""
    where = ", ".join(one["areas"])
    kind = KINDS_IN_WORDS[Kind(one["kind"])]
    reach = f"kêu ở {one['started']}/{one['nodes']} cụm loa" if one["airing"] else ""
    return f"{one['id']}\t{kind}\t{state}\t{where}\t{one['title']}\t{one['called_by']}{alone}\t{reach}"


def _fresh_code() -> str:
    code = os.environ.get("LOA_EMERGENCY_CODE", "")
    if not code and not sys.stdin.isatty():
        raise BadInput("Thiếu mã xác thực mới: đặt LOA_EMERGENCY_CODE.", code="operator.no_code")
    return code or getpass.getpass("Mã xác thực kế tiếp trên điện thoại: ")
