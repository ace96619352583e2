"""The grain of every table: names of constraints, and types that mean the same on both engines."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, UserDefinedType

LONGEST_REASON = 1000
"""Characters of a reason that a person writes: of a cancelled occurrence, of a commune's no."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can find it on either engine."""

ID_LENGTH = 64
"""Longest id: that of a name on the wire, and of a SHA-256 in hexadecimal."""
WORD_LENGTH = 24
"""Longest word of an enumeration."""

E = TypeVar("E", bound=StrEnum)


class Base(DeclarativeBase):
    """Root of all rows."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, UTC in and out; a naive one is refused, on both engines alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Return what turns an instant into what the engine stores.

        On SQLite that is text, written here in one step: where a million airings are made, two are felt.
        """
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Return what turns what the engine stores into an aware instant."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the engine stores: UTC, and on SQLite (which knows no zones) without one."""
        if value is None:
            return None
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive datetime may not be stored")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(maxsize=16_384)
def _as_text(value: datetime | None) -> str | None:
    """Return an instant as SQLAlchemy writes it on SQLite: 2026-11-25 03:00:00.000000, in UTC."""
    if value is None:
        return None
    return _in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class WrittenJson(UserDefinedType[str]):
    """JSON that is text already, for a column of JSON: a value to be bound, never the type of a column."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the type."""
        return "JSON"


class Word(TypeDecorator[E]):
    """A member of a StrEnum, stored as its value: readable in any SQL console, and free to grow."""

    impl = String(WORD_LENGTH)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return the word's text; refuse one that is not of this enumeration."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:
        """Return the member that the stored text names."""
        del dialect
        return None if value is None else self.words(value)
