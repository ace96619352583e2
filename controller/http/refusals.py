"""The HTTP status of each error, and the error responses of an endpoint for OpenAPI."""

from typing import Any

from controller.errors import (
    BadInput,
    Busy,
    Conflict,
    LoaError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ProviderAway,
    TooManyTries,
    Unavailable,
)
from controller.http.schemas import Fault

_WORDS = {
    400: "Not readable.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "No such thing, or outside the person's area.",
    409: "Does not fit the present state.",
    413: "Too large.",
    422: "Not understood, or not possible.",
    429: "Too many tries, or calls.",
    503: "The database is busy or away; trying again is safe.",
}


EVERYWHERE = (400, 413, 503)
"""What any call may get: no JSON at all, too much of it, or a database that cannot be had."""
_WITH_401 = (403, 429)
"""Who must be signed in may lack the second factor or the token's leave; a token may call too often."""


_CONTENT = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Fault.__name__}"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": _CONTENT} for status, words in _WORDS.items()
}
"""By reference: where a route names a model, FastAPI makes a validator of its own for each answer, twice."""


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the error responses for the given statuses, with the statuses that always belong to them."""
    every = {*statuses, *(_WITH_401 if 401 in statuses else ())}  # noqa: PLR2004 - the status itself
    return {status: _ANSWERS[status] for status in sorted(every)}


def describe_refusals(described: dict[str, Any]) -> None:
    """Add to an OpenAPI document the schemas that the error responses refer to."""
    described["components"]["schemas"][Fault.__name__] = Fault.model_json_schema(mode="serialization")


_STATUS: dict[type[LoaError], int] = {
    BadInput: 422,
    NotAllowed: 403,
    NotSignedIn: 401,
    TooManyTries: 429,
    NotFound: 404,
    Conflict: 409,
    Busy: 503,
    ProviderAway: 503,
    Unavailable: 503,
}


def status_of(error: LoaError) -> int:
    """Return the HTTP status of a LoaError: that of its nearest base class."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
