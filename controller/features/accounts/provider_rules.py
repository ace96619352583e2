"""Which roles and area a provider's claim gives: the file's lines, and one person's claims; pure."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from controller.errors import NotAllowed, StartFailed
from controller.model.permissions import OperatorRole
from controller.model.provider import RoleRule
from devices.ids import AreaCode

_COLUMNS: Final = 3
_MOST_VALUES: Final = 2000
"""Values of one claim that are read; a large office has some hundred groups a person."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What the rules give one person."""

    roles: frozenset[OperatorRole]
    area: AreaCode


def rules_in(text: str, *, administrators: bool) -> tuple[RoleRule, ...]:
    """Read the file: a line is `value,role,area`; `#` begins a remark. StartFailed names a wrong line."""
    rules = []
    for number, row in enumerate(csv.reader(text.lstrip("\ufeff").splitlines()), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if len(cells) != _COLUMNS or not all(cells) or cells[1] not in set(OperatorRole):
            raise _wrong(
                number, f"phải có dạng giá_trị,vai_trò,mã_địa_bàn; vai trò là {', '.join(OperatorRole)}"
            )
        role = OperatorRole(cells[1])
        if role is OperatorRole.ADMINISTRATOR and not administrators:
            raise _wrong(number, "vai trò administrator chỉ được cấp khi LOA_OIDC_ADMINISTRATORS=true")
        rules.append(RoleRule(cells[0], role, AreaCode(cells[2])))
    return tuple(rules)


def values_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Return the texts of a claim: `groups`, or `realm_access.roles` for one inside another."""
    found: Any = claims
    for part in [claim] if claim in claims else claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    texts = found[:_MOST_VALUES] if isinstance(found, list) else [found]
    return frozenset(one for one in texts if isinstance(one, str))


def granted(rules: Sequence[RoleRule], values: frozenset[str]) -> Granted | None:
    """Return what the rules give; None: nothing. NotAllowed for two areas."""
    hits = [rule for rule in rules if rule.value in values]
    if not hits:
        return None
    if len({rule.area for rule in hits}) > 1:
        raise NotAllowed(
            "Hệ thống của cơ quan xếp tài khoản này vào nhiều địa bàn, mà ở đây một tài khoản chỉ thuộc một "
            "địa bàn. Hãy báo quản trị.",
            code="provider.two-areas",
        )
    return Granted(frozenset(rule.role for rule in hits), hits[0].area)


def _wrong(line: int, why: str) -> StartFailed:
    return StartFailed(f"LOA_OIDC_ROLES, dòng {line}: {why}.", code="provider.roles")
