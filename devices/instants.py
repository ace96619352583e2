"""Instants as the wire carries them: RFC 3339, UTC, `Z`, exactly three decimals; docs/protocol.md."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

INSTANT_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"
FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Limit of instants: at the end of the calendar, conversion to local time fails."""

_INSTANT = re.compile(INSTANT_PATTERN)


def whole_ms(at: datetime) -> datetime:
    """Return the instant in UTC, cut to whole milliseconds, as the wire carries it."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    over = at.microsecond % 1000
    return at.replace(microsecond=at.microsecond - over) if over else at


def written_instant(at: datetime) -> str:
    """Return the wire's form of an aware instant, for example `2026-11-24T10:00:00.000Z`."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"  # it cuts, and does not round


def _read_instant(value: Any) -> datetime:
    """Return an instant of the wire, or of our own code, in UTC and in whole milliseconds.

    One function and no chain of pydantic's: each message has an instant, and 5,000 nodes send thousands.
    """
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value):
            raise ValueError("must be RFC 3339 in UTC with three decimals and Z")
        at = datetime.fromisoformat(value)  # what does not exist (a 30 February) is a ValueError too
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("must be an aware datetime")
        at = whole_ms(value)
    else:
        raise ValueError("must be a string")  # noqa: TRY004 - pydantic wants ValueError
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at


Instant = Annotated[
    datetime,
    PlainValidator(_read_instant),
    PlainSerializer(written_instant, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": INSTANT_PATTERN}),
]
