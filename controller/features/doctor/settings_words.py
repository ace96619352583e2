"""Names of the settings on the page Cài đặt, and their values in words; a test checks that all are there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from controller.http.named import rows_in
from controller.http.words import number
from controller.settings import Settings
from controller.store.url_redaction import redacted


def _yes(value: Any) -> str:
    return "có" if value else "không"


def _with(unit: str) -> Callable[[Any], str]:
    return lambda value: f"{number(value, 0 if value == int(value) else 1)} {unit}".strip()


def _address(value: Any) -> str:
    """Return a URL without its user name and password."""
    parts = urlsplit(str(value))
    if not parts.netloc:
        return str(value) or "mặc định"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def _as_it_is(value: Any) -> str:
    return "mặc định" if value in (None, "") else str(value)


_LEVELS = {"DEBUG": "mọi chi tiết", "INFO": "thường", "WARNING": "chỉ cảnh báo", "ERROR": "chỉ lỗi"}
_BROKERS = {"auto": "tự chọn", "embedded": "có sẵn trong đài", "mosquitto": "Mosquitto"}
_REGISTERS = {"radio": "như phát thanh viên", "literal": "đủ từng chữ"}
_REGIONS = {"north": "miền Bắc", "central": "miền Trung", "south": "miền Nam"}

Said = tuple[str, str, Callable[[Any], str]]
_SAY: dict[str, Callable[[Any], str]] = {
    "text": str,
    "text or default": _as_it_is,
    "address": _address,
    "database": lambda value: redacted(str(value)) if value else "mặc định",
    "yes or no": _yes,
    "days": "{} ngày".format,
    "percent": "{}%".format,
    "number": _with(""),
    "text or not written": lambda value: str(value or "không ghi"),
    "years or all": lambda value: "mọi năm" if value is None else f"{value} năm trước",
    "syslog": lambda value: str(value) or "không gửi",
    "level": lambda value: _LEVELS.get(str(value), str(value)),
    "broker": lambda value: _BROKERS.get(str(value), str(value)),
    "leaves": lambda value: ", ".join(one.partition("=")[0] for one in str(value).split()) or "không có",
    "region": lambda value: _REGIONS.get(str(value), str(value)),
    "register": lambda value: _REGISTERS.get(str(value), str(value)),
}
"""How a value is said, by the word in the table; any other word there is a unit."""
WORDS: dict[str, Said] = {
    field: (group, name, _SAY.get(say) or _with(say))
    for field, group, name, say in rows_in(Path(__file__).with_suffix(".csv"))
}
"""By field: its group, its name, and how a value is said. Addresses lose the passwords that they carry."""


def settings_in_words(settings: Settings) -> dict[str, list[tuple[str, str, str, bool]]]:
    """Return the settings by group: name, value in words, environment variable, and whether it was set."""
    groups: dict[str, list[tuple[str, str, str, bool]]] = {}
    told = settings.model_fields_set
    for field, (group, name, say) in WORDS.items():
        value = getattr(settings, field)
        groups.setdefault(group, []).append((name, say(value), f"LOA_{field.upper()}", field in told))
    return groups
