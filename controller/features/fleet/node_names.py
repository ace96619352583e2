"""Checks node ids: an id is also the client id, the user name and a topic level; pure."""

import re
from collections.abc import Collection

from controller.errors import BadInput, Conflict
from controller.host.mosquitto_files import LEAF_USER
from devices.wire_types import NAME_PATTERN

RESERVED = frozenset(
    {
        f"{station}{part}"
        for station in ("station", "loa-station")
        for part in ("", "-audio", "-clock", "-bridge", "-probe")
    }
)
"""The station's own user name and client id at the broker: who bears them owns every topic."""
SIMULATED = "sim-"
"""How the ids of simulated nodes begin: no real one is enrolled by such a name."""
_NAME = re.compile(NAME_PATTERN)


def is_reserved(name: str) -> bool:
    """Whether a name is reserved for the station or a bridge between brokers; letter case is ignored."""
    return name.casefold() in RESERVED or name.casefold().startswith(LEAF_USER)


def check_name(name: str) -> None:
    """Raise BadInput for an id that no node may ever have."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"Mã cụm loa không hợp lệ: {name!r}. Chỉ dùng chữ không dấu, chữ số, dấu chấm, gạch dưới và gạch "
            "ngang, tối đa 64 ký tự, bắt đầu bằng chữ hoặc chữ số.",
            code="node.bad-id",
        )
    if is_reserved(name):
        raise BadInput(f"Mã «{name}» dành riêng cho đài. Hãy đặt mã khác.", code="node.reserved-id")


def check_free(name: str, *, nodes: Collection[str], areas: Collection[str]) -> None:
    """Raise for an id that is an area's code, or that differs from another node's id only in letter case.

    `nodes`, `areas`: casefolded. A plan's topic names an area or a node, and people read `KH-1` and `kh-1`
    as the same name.
    """
    folded = name.casefold()
    if folded in areas:
        raise BadInput(f"Mã cụm loa {name} trùng với mã địa bàn.", code="node.bad-id")
    if folded in nodes:
        raise Conflict(
            f"Đã có cụm loa mang mã «{name}», chỉ khác chữ hoa, chữ thường. Hãy đặt mã khác.",
            code="node.like-another",
        )


def check_credential(name: str, taken: Collection[str]) -> None:
    """Raise for an id for which the station writes no password: a simulated node, or a foreign user name."""
    if name.casefold().startswith(SIMULATED):
        raise BadInput(
            f"Mã bắt đầu bằng «{SIMULATED}» là của loa mô phỏng. Hãy đặt mã khác.", code="node.reserved-id"
        )
    if name in taken:
        raise Conflict(
            f"Ở trạm trung chuyển đã có tài khoản tên «{name}» không phải của cụm loa. Hãy đặt mã khác.",
            code="node.name-taken",
        )
