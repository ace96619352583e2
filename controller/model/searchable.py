"""Rows that search finds: a column with their words, kept up to date by the mapper."""

from typing import Any, ClassVar

from sqlalchemy import Text, event
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from controller.model.plain_text import search_text


class Searchable:
    """A row that is found by its `SEARCHED` columns; `search_text` holds their words (`plain_text.py`).

    The text is written with each row that is inserted, and with each row object that changes. An UPDATE
    statement that sets one of these columns without a row object has to set the text too.
    """

    SEARCHED: ClassVar[tuple[str, ...]]

    @declared_attr
    def search_text(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Return the column; a row that is inserted without a row object has its text made too."""
        names = cls.SEARCHED

        def of_new(context: DefaultExecutionContext) -> str:
            told = context.get_current_parameters()  # type: ignore[no-untyped-call]
            return search_text(*(told.get(name) or "" for name in names))

        return mapped_column(Text, default=of_new, server_default="")


@event.listens_for(Searchable, "before_update", propagate=True)
def _write_search_text(_mapper: Any, _connection: Any, row: Searchable) -> None:
    row.search_text = search_text(*(getattr(row, name) or "" for name in row.SEARCHED))
