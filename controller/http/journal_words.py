"""Names of the journal's acts on the page Nhật ký; a test compares the list with what is recorded."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from controller.http.named import Named, words_in

KINDS = {
    "ban-tin": ("Bản tin", ("bulletin.", "programme.", "rendering.", "approval.", "recording.", "topic.")),
    "phat": (
        "Lượt phát và lịch phát",
        (
            "airing.",
            "emergency.",
            "emergency-test.",
            "prepared.",
            "as_aired.",
            "schedule.",
            "occurrences.",
            "day_off.",
        ),
    ),
    "loa": ("Cụm loa", ("node.", "nodes.")),
    "nguoi": ("Người dùng", ("operator.", "token.")),
    "quy-dinh": ("Quy định, địa bàn và khóa", ("policy.", "area.", "keys.", "station.", "home.")),
    "tu-dien": ("Từ điển đọc, mẫu bản tin, nhạc hiệu", ("lexicon.", "template.", "chime.", "speech.")),
}
"""Filters of the page: their word, and how the acts that belong to each begin."""

_FOLDER = Path(__file__).parent
ACTS = words_in(_FOLDER / "journal_acts.csv")

ROLES = Named(
    {
        "officer": "cán bộ soạn tin",
        "approver": "cán bộ duyệt",
        "technician": "kỹ thuật viên",
        "administrator": "quản trị",
    },
    str,
)
"""What each role is called."""


def act_words(act: str) -> str:
    """Return the act in words; an act without words is returned as recorded."""
    return ACTS.get(act, act)


def detail_words(detail: Mapping[str, Any]) -> list[str]:
    """Return the parts of an entry's detail that are useful to an administrator, one phrase each."""
    said = (_PHRASES[key](value) for key, value in detail.items() if key in _PHRASES and value is not None)
    return [phrase for phrase in said if phrase]


def _roles(roles: Any) -> str:
    return ", ".join(ROLES[role] for role in roles)


def _softer(spans: Any) -> str:
    said = ", ".join(f"{one['begins']}–{one['ends']} tối đa {one['loudest_volume']}%" for one in spans)
    return f"phát nhỏ hơn: {said}" if said else ""


def _spans(spans: Any) -> str:
    said = ", ".join(f"{one['begins']}–{one['ends']}" for one in spans)
    return f"giờ yên lặng {said}" if said else "không có giờ yên lặng"


_PHRASES: dict[str, Callable[[Any], str]] = {
    "reason": lambda reason: f"lý do: {reason}" if reason else "",
    "roles": lambda roles: f"vai trò: {_roles(roles)}",
    "before": lambda roles: f"trước đó: {_roles(roles)}",
    "nodes": "{} cụm loa".format,
    "loudest_volume": "âm lượng lớn nhất {}%".format,
    "minutes_a_day": "tối đa {} phút mỗi ngày".format,
    "alone_days": "tự phát {} ngày khi mất liên lạc".format,
    "quiet_hours": _spans,
    "volumes": _softer,
    "loudest": "tối đa {}%".format,
    "spoken": "đọc là «{}»".format,
    "name": lambda name: f"tên: {name}" if name else "",
    "address": "từ địa chỉ {}".format,
    "revision": "phiên bản {}".format,
    "outlines": "ranh giới của {} địa bàn".format,
    "file": lambda file: f"tệp «{file}»" if file else "",
}
"""How parts of a detail are said; those without a phrase are for programs."""
