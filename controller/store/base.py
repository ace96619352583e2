"""The grain of every table: names of constraints, and types that mean the same on both engines."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

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

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the engine stores: UTC, and on SQLite (which knows no zones) without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime may not be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
