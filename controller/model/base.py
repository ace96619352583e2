"""Base of all tables: names of constraints, and column types that behave the same on both engines."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, UserDefinedType

LONGEST_REASON = 1000
"""Characters of a reason that a person writes, for a cancelled occurrence or a commune's refusal."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can find it on either engine."""

ID_LENGTH = 64
"""Characters of the longest id: a name on the wire, or a SHA-256 in hexadecimal."""
WORD_LENGTH = 24
"""Characters of the longest value of a StrEnum."""

E = TypeVar("E", bound=StrEnum)


class Base(DeclarativeBase):
    """Base class of all rows."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, always UTC; a naive one is refused on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Return the function that converts an instant to the engine's form.

        On SQLite that is text, written in one step here: for a million airings a second step is noticeable.
        """
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Return the function that converts the engine's form to an aware instant."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored form: UTC, without a zone on SQLite, which has none."""
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
    """JSON that is already text, as a bound value for a JSON column; never the type of a column."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return "JSON"


class Word(TypeDecorator[E]):
    """A member of a StrEnum, stored as its value: readable in SQL, and new members need no migration."""

    impl = String(WORD_LENGTH)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], E | None]:
        """Return the function that gives the member with a stored value: pages read thousands of words."""
        del dialect, coltype
        members: dict[Any, E | None] = {word.value: word for word in self.words}
        members[None] = None

        def member(value: Any) -> E | None:
            return members[value] if value in members else self.words(value)

        return member

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return the member's value; refuse a value that is not in this enumeration."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:
        """Return the member with the stored value."""
        del dialect
        return None if value is None else self.words(value)
