"""What was refused to whom, as the security log counts it."""

from typing import NamedTuple

from controller.model.base import ID_LENGTH
from controller.model.journal import LONGEST_SUBJECT

MANY = "nhiều nơi"
"""The address of what is counted together."""


class Refused(NamedTuple):
    """What was refused; two of one content are the same."""

    act: str
    subject: str
    by: str
    """Id of the account, or empty: nobody known."""
    address: str
    outcome: str

    def fitting(self) -> "Refused":
        """Return it as rows can hold it."""
        rest = (self.by[:ID_LENGTH], self.address[:ID_LENGTH], self.outcome[:ID_LENGTH])
        return Refused(self.act, self.subject[:LONGEST_SUBJECT], *rest)

    def together(self) -> "Refused":
        """Return what it is counted as once there are too many different ones."""
        return Refused(self.act, "", "", MANY, "")
