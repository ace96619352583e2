"""What is changed says which version it began with: saving onto another one is refused, nothing is lost.

A version is a digest of what people see and change: what is saved again unchanged is no other version.
Bulletins have revisions, which are the same for their wordings (`bulletins.usecases.check_newest`).
"""

import hashlib
from dataclasses import dataclass

from controller.errors import Conflict

LENGTH = 16
"""Hexadecimal digits: 64 bits, told apart by chance and not against an enemy."""


class Newer(Conflict):
    """Somebody else has saved since; `facts["version"]` is what stands there now."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which what stands there now and what the person typed differ, in words."""

    what: str
    theirs: str
    typed: str


def version_of(*parts: object) -> str:
    """Return the version of something by all that is changed of it; the parts have a stable `repr`."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:LENGTH]


def check_version(based_on: str | None, version: str, *, what: str, code: str) -> None:
    """Raise Newer where another version stands there than the one begun with; None: whatever it is."""
    if based_on and based_on != version:
        raise Newer(
            f"Trong lúc bạn sửa, người khác đã lưu {what} này, nên điều bạn nhập chưa được lưu. "
            "Hãy xem chỗ khác nhau rồi chọn.",
            code=code,
            facts={"version": version},
        )


def differences(*pairs: tuple[str, str, str]) -> tuple[Difference, ...]:
    """Return those of (what, theirs, typed) that differ."""
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])
