"""Errors, without HTTP: each has a sentence for the officer and a code for the technician."""

from collections.abc import Mapping
from typing import Any

# ruff: noqa: N818 - errors are named after what happened


class LoaError(Exception):
    """Base of all errors that a person may read; `sentence` is Vietnamese, `code` names the fault."""

    code = "loa.failed"

    def __init__(
        self, sentence: str, *, code: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Make an error; `facts` are data for programs, included in the JSON answer unchanged."""
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = dict(facts or {})
        self.code = code or type(self).code


class BadInput(LoaError):
    """The input is not valid; nothing was changed."""

    code = "input.bad"


class NotAllowed(LoaError):
    """This person is not allowed to do this here; nothing was changed."""

    code = "operator.not-allowed"


class EnrolFirst(NotAllowed):
    """This person's role requires a second factor; it must be set up before anything else."""

    code = "operator.enrol-first"


class ChangePasswordFirst(NotAllowed):
    """Somebody else chose this person's password; it must be changed before anything else."""

    code = "operator.change-password-first"


class NotSignedIn(LoaError):
    """Name, password or session are not (or no longer) valid."""

    code = "operator.not-signed-in"


class ProviderRefused(NotSignedIn):
    """The provider's answer, or the way by which it came, is not to be believed."""

    code = "provider.refused"

    def __init__(self) -> None:
        super().__init__(
            "Đăng nhập qua hệ thống của cơ quan không thành. Hãy bấm lại nút đăng nhập; vẫn không được thì "
            "báo quản trị."
        )


class ProviderAway(LoaError):
    """The provider does not answer, or not as it must; own accounts are not affected."""

    code = "provider.away"

    def __init__(self) -> None:
        super().__init__(
            "Hệ thống đăng nhập của cơ quan không trả lời. Ai có mật khẩu ở đài vẫn đăng nhập được; người "
            "khác hãy thử lại sau ít phút. Việc phát không bị ảnh hưởng."
        )


class TooManyTries(LoaError):
    """Too many failed or simultaneous attempts; try again after `retry_after` seconds."""

    code = "operator.too-many-tries"

    def __init__(self, sentence: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after


class NotFound(LoaError):
    """The requested object does not exist or is not visible to this person."""

    code = "loa.not-found"


class Conflict(LoaError):
    """The request does not fit the current state; nothing was changed."""

    code = "loa.conflict"


class Busy(LoaError):
    """The database was locked for longer than the limit; trying again is safe."""

    code = "store.busy"


class Unavailable(LoaError):
    """The database cannot be reached or refuses to write (for example: no space)."""

    code = "store.unavailable"


class StartFailed(LoaError):
    """The station, or a part of it, could not be started; nothing is running."""

    code = "station.not_started"
