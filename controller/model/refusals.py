"""Refused requests as the security log counts them."""

from typing import NamedTuple

from controller.model.base import ID_LENGTH
from controller.model.journal import LONGEST_SUBJECT

MANY = "nhiều nơi"
"""Address used for refusals that are counted together."""


class Refused(NamedTuple):
    """One refusal; equal ones are counted together."""

    act: str
    subject: str
    by: str
    """Id of the account, or empty if unknown."""
    address: str
    outcome: str

    def fitting(self) -> "Refused":
        """Return it with its texts cut to the size of the columns."""
        rest = (self.by[:ID_LENGTH], self.address[:ID_LENGTH], self.outcome[:ID_LENGTH])
        return Refused(self.act, self.subject[:LONGEST_SUBJECT], *rest)

    def together(self) -> "Refused":
        """Return the refusal as which it is counted once there are too many different ones."""
        return Refused(self.act, "", "", MANY, "")
