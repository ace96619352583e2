"""Reads and operations that run in the transaction of their caller, or in one of their own.

A page, JSON or a command opens nothing: it hands on the store, or who asks the station (whose periodic work
runs at once after a write). What is called as a part of something larger is given that one's session.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.orm import DeclarativeBase, Session

from controller.store.engine import CHANGED, READ_BETWEEN, READ_ONCE


class Transactions(Protocol):
    """What opens transactions: a store, or somebody who asks a station."""

    def read(self) -> AbstractContextManager[Session]:
        """Open one snapshot."""

    def write(self) -> AbstractContextManager[Session]:
        """Open one transaction, committed at its end."""


P = ParamSpec("P")
R = TypeVar("R")
Unit = Session | Transactions
"""A transaction that is open, or what opens one."""
_InSession = Callable[Concatenate[Session, P], R]
_InUnit = Callable[Concatenate[Unit, P], R]


def one_read(asked: _InSession[P, R]) -> _InUnit[P, R]:
    """Let a read be given a store or a caller too: it then sees one snapshot of its own."""

    @wraps(asked)
    def opened(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(unit, Session):
            return asked(unit, *args, **kwargs)
        with unit.read() as session:
            return asked(session, *args, **kwargs)

    return opened


def once_a_snapshot(asked: _InSession[P, R]) -> _InSession[P, R]:
    """Read once in a read-only transaction what its parts ask for again and again; nobody may change it."""

    @wraps(asked)
    def kept(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        known: dict[object, R] | None = session.info.get(READ_ONCE)
        if known is None:  # a transaction that writes may change what it reads
            return asked(session, *args, **kwargs)
        key = asked, args, tuple(kwargs.items())
        if key not in known:
            known[key] = asked(session, *args, **kwargs)
        return known[key]

    return kept


def once_until_written(*tables: type[DeclarativeBase]) -> Callable[[_InSession[P, R]], _InSession[P, R]]:
    """Read once a snapshot, and once in a transaction that writes, until it writes into these tables."""
    names = [table.__tablename__ for table in tables]

    def once(asked: _InSession[P, R]) -> _InSession[P, R]:
        in_a_snapshot = once_a_snapshot(asked)

        @wraps(asked)
        def kept(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
            known: dict[object, tuple[list[int], R]] | None = session.info.get(READ_BETWEEN)
            if known is None:
                return in_a_snapshot(session, *args, **kwargs)
            session.flush()  # as a query does first
            changed = session.connection().info[CHANGED]
            written = [changed[name] for name in names]
            key = asked, args, tuple(kwargs.items())
            if key not in known or known[key][0] != written:
                known[key] = written, asked(session, *args, **kwargs)
            return known[key][1]

        return kept

    return once


def one_write(operation: _InSession[P, R]) -> _InUnit[P, R]:
    """Let an operation be given a store or a caller too: it then is one transaction, committed at its end."""

    @wraps(operation)
    def opened(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(unit, Session):
            return operation(unit, *args, **kwargs)
        with unit.write() as session:
            return operation(session, *args, **kwargs)

    return opened
