"""Errors of commands as a sentence and an exit code; results as JSON."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from controller.errors import BadInput, Conflict, LoaError, NotAllowed, NotFound, NotSignedIn
from controller.terminal.usage import wrong_value
from tts.errors import BadVoice, SpeechError, TextError

FAILED, WRONGLY_CALLED, INTERRUPTED = 1, 2, 130
_CALLERS_FAULT = (BadInput, NotFound, NotAllowed, NotSignedIn, Conflict, TextError, BadVoice)

F = TypeVar("F", bound=Callable[..., Any])
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả thành một đối tượng JSON.")]


class Commands(typer.Typer):
    """A group of commands, each of which ends with the sentence and the exit code of an expected error."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[F], F]:
        """Add a command, as in typer."""
        add = super().command(*args, **kwargs)
        return lambda command: add(_errors_in_words(command))


def _errors_in_words(command: F) -> F:
    """Print the sentence of every expected error and exit with its code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (LoaError, SpeechError) as error:
            print(f"{error.sentence} [{error.code}]", file=sys.stderr)  # noqa: T201 - output of a command
            code = WRONGLY_CALLED if isinstance(error, _CALLERS_FAULT) else FAILED
            raise typer.Exit(code) from None
        except ValidationError as error:
            named = str((error.errors()[0]["loc"] or ("",))[0]).upper()
            wrong = f"Thiết lập LOA_{named} {wrong_value(error)} [settings]"
            print(wrong, file=sys.stderr)  # noqa: T201
            raise typer.Exit(WRONGLY_CALLED) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return wrapped  # type: ignore[return-value]


def print_json(value: Any) -> None:
    """Print one value as one line of JSON: views as the station sends them, instants as ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")


def print_found(value: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print a value as JSON, or the lines that say it to a person."""
    if as_json:
        print_json(value)
        return
    for line in lines:
        typer.echo(line)


def fields_of(row: object, *names: str) -> dict[str, Any]:
    """Return the named attributes of an object as a dict for JSON."""
    return {name: getattr(row, name) for name in names}


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be printed as JSON")
