"""Commands: what each needs is opened for it, what it returns is printed, errors are sentences and codes."""

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import typer
from pydantic import BaseModel, ValidationError

from controller.errors import BadInput, Conflict, LoaError, NotAllowed, NotFound, NotSignedIn
from controller.terminal.usage import wrong_value
from tts.errors import BadVoice, SpeechError, TextError

FAILED, WRONGLY_CALLED, INTERRUPTED = 1, 2, 130
_CALLERS_FAULT = (BadInput, NotFound, NotAllowed, NotSignedIn, Conflict, TextError, BadVoice)

F = TypeVar("F", bound=Callable[..., Any])
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả thành một đối tượng JSON.")]


@dataclass(frozen=True, slots=True)
class Given:
    """Mark of a parameter that is made of several options, or opened by some: a way to the station."""

    made_by: Callable[..., Any]
    """Its parameters are options of every command that takes it; a context is closed after the command."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command found: one value for `--json`, or the lines that say it to a person."""

    value: Any
    lines: Iterable[str]
    none: str = ""
    """What is said where there are no lines."""


class Commands(typer.Typer):
    """A group of commands.

    A command may take a way to the station (controller/terminal/ways.py), as a page takes a visit. What it
    returns is printed after the way is closed: lines, of which empty ones are left out, or `Printed`, which
    adds `--json`. An expected error ends it with a sentence and an exit code.
    """

    def command(self, *args: Any, **kwargs: Any) -> Callable[[F], F]:
        """Add a command, as in typer."""
        add = super().command(*args, **kwargs)
        return lambda command: add(_errors_in_words(_in_program(command)))


def _in_program(command: F) -> F:
    """Return the command as typer reads it: with the options of what it is given, and of its result."""
    hints = get_type_hints(command, include_extras=True)
    made = {
        name: mark.made_by
        for name, hint in hints.items()
        for mark in get_args(hint)
        if isinstance(mark, Given)
    }
    own = [one for name, one in signature(command, eval_str=True).parameters.items() if name not in made]
    options = {name: list(signature(made_by).parameters.values()) for name, made_by in made.items()}
    added = [one.replace(kind=Parameter.KEYWORD_ONLY) for some in options.values() for one in some]
    is_found = hints.get("return") is Printed
    if is_found:
        added.append(Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=AsJson))

    @wraps(command)
    def wrapped(**given: Any) -> None:
        as_json = is_found and given.pop("as_json")
        with ExitStack() as opened:
            for name, made_by in made.items():
                part = made_by(**{one.name: given.pop(one.name) for one in options[name]})
                given[name] = opened.enter_context(part) if isinstance(part, AbstractContextManager) else part
            found = command(**given)
        _print(found, as_json=as_json)

    parameters = [*own, *added]
    wrapped.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {one.name: one.annotation for one in parameters}
    return wrapped  # type: ignore[return-value]


def _print(found: Printed | Iterable[str] | str | None, *, as_json: bool) -> None:
    if isinstance(found, Printed):
        if as_json:
            print_json(found.value)
            return
        found = list(found.lines) or found.none
    for line in [found] if isinstance(found, str) else found or ():
        if line:
            typer.echo(line)


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
    _print(Printed(value, lines), as_json=as_json)


def fields_of(row: object, *names: str) -> dict[str, Any]:
    """Return the named attributes of an object as a dict for JSON."""
    return {name: getattr(row, name) for name in names}


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be printed as JSON")
