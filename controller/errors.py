"""What can go wrong, without HTTP: a sentence for the officer and a code for the technician."""

from collections.abc import Mapping
from typing import Any

# ruff: noqa: N818 - errors are named by what happened, as a person would say it


class LoaError(Exception):
    """Base of all errors that a person may read; `sentence` is Vietnamese, `code` names the fault."""

    code = "loa.failed"

    def __init__(
        self, sentence: str, *, code: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        """`facts` is what a program can act on; JSON takes it as it is."""
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = dict(facts or {})
        self.code = code or type(self).code


class BadInput(LoaError):
    """The caller gave something that cannot be; nothing was changed."""

    code = "input.bad"


class NotAllowed(LoaError):
    """This person may not do this here; nothing was changed."""

    code = "operator.not-allowed"


class EnrolFirst(NotAllowed):
    """This person's role asks for a second factor, and there is none yet: that comes first."""

    code = "operator.enrol-first"


class ChangePasswordFirst(NotAllowed):
    """Somebody else chose this person's password: another comes before anything else."""

    code = "operator.change-password-first"


class NotSignedIn(LoaError):
    """Name, password or session are not (or no longer) valid."""

    code = "operator.not-signed-in"


class TooManyTries(LoaError):
    """Too many failed tries, or more at once than there is room for; `retry_after` seconds must pass."""

    code = "operator.too-many-tries"

    def __init__(self, sentence: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after


class NotFound(LoaError):
    """No such thing is known."""

    code = "loa.not-found"


class Conflict(LoaError):
    """What is asked does not fit the present state; nothing was changed."""

    code = "loa.conflict"


class Busy(LoaError):
    """The database could not be had within the bounded wait; trying again is safe."""

    code = "store.busy"


class Unavailable(LoaError):
    """The database is not there, or refuses to write (for example: no space)."""

    code = "store.unavailable"


class StartFailed(LoaError):
    """The station, or a part of it, could not be started; nothing is running."""

    code = "station.not_started"
