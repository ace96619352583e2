"""Reads and operations that run in the transaction of their caller, or in one of their own.

A page, JSON or a command hands on the store and opens nothing; what is called as a part of something larger
is given that one's session.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from controller.store.engine import Store

P = ParamSpec("P")
R = TypeVar("R")
Unit = Session | Store
"""A transaction that is open, or the store, in which one is opened."""
_InSession = Callable[Concatenate[Session, P], R]
_InUnit = Callable[Concatenate[Unit, P], R]


def one_read(asked: _InSession[P, R]) -> _InUnit[P, R]:
    """Let a read be given the store too: it then sees one snapshot of its own."""

    @wraps(asked)
    def opened(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(unit, Session):
            return asked(unit, *args, **kwargs)
        with unit.read() as session:
            return asked(session, *args, **kwargs)

    return opened


def one_write(operation: _InSession[P, R]) -> _InUnit[P, R]:
    """Let an operation be given the store too: it then is one transaction, committed when it returns."""

    @wraps(operation)
    def opened(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(unit, Session):
            return operation(unit, *args, **kwargs)
        with unit.write() as session:
            return operation(session, *args, **kwargs)

    return opened
