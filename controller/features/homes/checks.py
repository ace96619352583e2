"""Finds loudspeakers that live at a home which nobody has signed here; run by `loa doctor`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from controller.features.homes.queries import strangers


def homes_were_signed_here(session: Session, _now: datetime) -> Iterator[str]:
    """Yield nodes that say a home which the journal does not know."""
    yield from (f"node {node}: it lives at a home that was never signed here" for node in strangers(session))


CHECKS: Final = (homes_were_signed_here,)
