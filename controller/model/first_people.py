"""Who a fresh station knows, and by which names they sign in at first; docs/decisions/009."""

from dataclasses import dataclass

from controller.model.permissions import OperatorRole


@dataclass(frozen=True)
class FirstOperator:
    """One of the people that a fresh station knows."""

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
"""The fourth person of a trial: most people who use Loa are officers of one commune, and see less."""
