"""What a call may answer when it refuses, for the description of the interface."""

from typing import Any

from controller.api.models import Fault

_WORDS = {
    401: "Not signed in.",
    403: "Not allowed.",
    404: "No such thing, or outside the person's area.",
    409: "Does not fit the present state.",
    422: "Not understood, or not possible.",
    429: "Too many tries.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of refusal for the given statuses."""
    return {status: {"model": Fault, "description": _WORDS[status]} for status in statuses}
