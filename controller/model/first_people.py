"""Accounts of a new station and their first names to sign in; docs/decisions/009."""

from dataclasses import dataclass

from controller.model.permissions import OperatorRole


@dataclass(frozen=True)
class FirstOperator:
    """One account of a new station."""

    name: str
    display_name: str
    roles: frozenset[OperatorRole]


FIRST_OPERATORS = (
    FirstOperator("canbo", "Cán bộ tỉnh", frozenset({OperatorRole.OFFICER})),
    FirstOperator("duyet", "Cán bộ duyệt", frozenset({OperatorRole.APPROVER})),
    FirstOperator(
        "kythuat", "Kỹ thuật viên", frozenset({OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR})
    ),
)
OFFICER, APPROVER, ADMINISTRATOR = (first.name for first in FIRST_OPERATORS)
OF_A_COMMUNE = FirstOperator("canboxa", "Cán bộ xã", frozenset({OperatorRole.OFFICER}))
"""The fourth account of a trial: most users are officers of one commune, who see less."""
