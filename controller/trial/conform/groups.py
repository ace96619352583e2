"""Checks that are played together in a laboratory."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.trial.conform.checks import Check, Requirement
from controller.trial.conform.laboratory import Laboratory


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that share what is sent to the node, and the function that plays it and judges them."""

    name: str
    checks: tuple[Check, ...]
    play: Callable[[Laboratory], None]
    needs: Requirement | None = None
    """What the whole subject needs."""
    begins_calm: bool = True
    """Whether the node is brought to silence first; not before it is enrolled."""
