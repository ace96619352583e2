"""How every command tells what went wrong: one sentence with its code, and the right exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from controller.errors import BadInput, Conflict, LoaError, NotAllowed, NotFound, NotSignedIn
from tts.errors import SpeechError, TextError

FAILED, WRONGLY_CALLED, INTERRUPTED = 1, 2, 130
_CALLERS_FAULT = (BadInput, NotFound, NotAllowed, NotSignedIn, Conflict, TextError)

F = TypeVar("F", bound=Callable[..., Any])


def told(command: F) -> F:
    """Turn every error that a person may read into its sentence and the right exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (LoaError, SpeechError) as error:
            print(f"{error.sentence} [{error.code}]", file=sys.stderr)  # noqa: T201 - a command speaks
            code = WRONGLY_CALLED if isinstance(error, _CALLERS_FAULT) else FAILED
            raise typer.Exit(code) from None
        except ValidationError as error:
            wrong = "; ".join(f"LOA_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
            print(f"Thiết lập không đúng: {wrong} [settings]", file=sys.stderr)  # noqa: T201
            raise typer.Exit(WRONGLY_CALLED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return wrapped  # type: ignore[return-value]
