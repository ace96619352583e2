"""Counts the rows that the doctor will read."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.journal.queries import count_entries
from controller.model.airings import Airing
from controller.model.base import Base
from controller.model.fleet import Node
from controller.store import one_read


@dataclass(frozen=True, slots=True)
class RowsCounted:
    """Rows of the largest tables."""

    airings: int
    nodes: int
    entries: int


@one_read
def count_rows(session: Session) -> RowsCounted:
    """Count the rows of the largest tables."""
    return RowsCounted(_count(session, Airing), _count(session, Node), count_entries(session))


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
