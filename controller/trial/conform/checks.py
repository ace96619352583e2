"""Checks as data: what each holds a node to, what it needs, and what became of it in a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Requirement(StrEnum):
    """What a check needs beside the node and its broker."""

    POWER = "power"
    """Somebody, or a program, that takes the node's power and gives it back."""
    BROKER = "broker"
    """A broker that the kit may stop and start again."""
    CODE = "code"
    """A node that enrols with the kit's code, and somebody, or a program, that types it in again."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check; docs/protocol.md names its id beside the rule."""

    id: str
    says: str
    """What the node must do, or must not, in one sentence."""
    needs: Requirement | None = None


class CheckVerdict(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """What it needs was not there."""
    NOT_REACHED = "not-reached"
    """An earlier step of the same subject did not come about; counts as failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and for people why."""

    verdict: CheckVerdict
    why: str = ""


class Unmet(Exception):  # noqa: N818 - named by what is the case
    """The node did not do what the rest of a subject builds on; the text says what."""


class Results:
    """The outcome of each check so far: once failed, a check stays failed."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def judge(self, check: str, is_good: bool, why_not: str) -> None:  # noqa: FBT001 - the verdict itself
        """Note what one observation says of a check; several for one check must all be good."""
        if not is_good:
            self.outcomes.setdefault(check, Outcome(CheckVerdict.FAILED, why_not))
            if self.outcomes[check].verdict is CheckVerdict.PASSED:
                self.outcomes[check] = Outcome(CheckVerdict.FAILED, why_not)
        else:
            self.outcomes.setdefault(check, Outcome(CheckVerdict.PASSED))

    def close(self, checks: Iterable[Check], verdict: CheckVerdict, why: str) -> None:
        """Give this verdict to those of the checks that have none."""
        for check in checks:
            self.outcomes.setdefault(check.id, Outcome(verdict, why))
