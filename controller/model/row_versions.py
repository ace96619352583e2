"""Optimistic locking: a change names the version it started from, and is refused if that is not current.

A version is a digest of the editable fields, so saving the same values again gives the same version.
Bulletins use the numbers of their revisions instead.
"""

import hashlib
from dataclasses import dataclass

from controller.errors import Conflict

LENGTH = 16
"""Hexadecimal digits: 64 bits, enough against chance; it is not a protection against an attacker."""


class Newer(Conflict):
    """Somebody else has saved meanwhile; `facts["version"]` is the current version."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the saved value and the typed one differ, in words."""

    what: str
    theirs: str
    typed: str


def version_of(*parts: object) -> str:
    """Return the version for all editable values; their `repr` must be stable."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:LENGTH]


def check_version(based_on: str | None, version: str, *, what: str, code: str) -> None:
    """Raise Newer if the current version is not the one that the change started from; None: do not check."""
    if based_on and based_on != version:
        raise Newer(
            f"Trong lúc bạn sửa, người khác đã lưu {what} này, nên điều bạn nhập chưa được lưu. "
            "Hãy xem chỗ khác nhau rồi chọn.",
            code=code,
            facts={"version": version},
        )


def differences(*pairs: tuple[str, str, str]) -> tuple[Difference, ...]:
    """Return the differences among the triples (what, theirs, typed)."""
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])
