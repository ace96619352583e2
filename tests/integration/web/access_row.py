"""What a row of the access table says: who may come, what is sent, what a foreign commune gets."""

from dataclasses import dataclass
from typing import Any

from controller.model.permissions import Act

OPEN, SIGNED = "open", "signed in"
HIDDEN = frozenset({403, 404})


@dataclass(frozen=True)
class Row:
    needs: Act | str
    sends: dict[str, Any] | None = None
    foreign: frozenset[int] | None = None
