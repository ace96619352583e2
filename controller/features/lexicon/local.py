"""The province's words as commands on the station's own machine see them (`loa lexicon`).

They act on the database itself (`client/local_store.py` says why), so that words can be taught while the
station is down; a running one sees the change within seconds, since its renderer asks the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.errors import NotFound, StartFailed
from controller.features.accounts.queries import operators
from controller.features.areas.queries import get_area, top_area
from controller.features.lexicon.queries import Words, lexicon_entries, live_entry, words_for
from controller.features.lexicon.service import add_entry, one_line, remove_entry
from controller.model.lexicon import LexiconEntry
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode
from tts.reading import Reading, read


def add_here(written: str, spoken: str, *, area: str | None, name: str) -> None:
    """Teach a word as the operator of that name."""
    with _store() as store, store.write() as session:
        person = person_named(session, name)
        place = None if area is None else AreaCode(area)
        add_entry(session, written=written, spoken=spoken, area=place, by=person, now=utc_now())


def remove_here(written: str, *, area: str | None, name: str) -> None:
    """Remove a word as the operator of that name; raises NotFound for one that is not taught."""
    with _store() as store, store.write() as session:
        person = person_named(session, name)
        place = top_area(session).code if area is None else AreaCode(area)
        entry = live_entry(session, one_line(written), place)
        if entry is None:
            raise NotFound(f"Không có mục từ «{written}».", code="lexicon.unknown")
        remove_entry(session, entry.id, by=person, now=utc_now())


def entries_here(*, removed: bool) -> list[dict[str, Any]]:
    """Return what is taught, with the names of who did it; with `removed` the history too."""
    with _store() as store, store.read() as session:
        names = {account.id: account.name for account in operators(session)}
        return [_shown(entry, names) for entry in lexicon_entries(session, removed=removed)]


def read_here(text: str, *, area: str | None) -> Reading:
    """Return how a text of an area (by default the province) is read with the words taught."""
    with _store() as store, store.read() as session:
        place = top_area(session) if area is None else get_area(session, AreaCode(area))
        words = words_for(session, place.code)
    return read(text, words=dict(words), region=Settings().region)


def words_here() -> Words:
    """Return the province's words, or none where there is no station yet."""
    try:
        with local_store() as store, store.read() as session:
            return words_for(session, top_area(session).code) if _has_lexicon(session) else ()
    except StartFailed:
        return ()


@contextmanager
def _store() -> Iterator[Store]:
    with local_store() as store:
        with store.read() as session:
            if not _has_lexicon(session):
                raise StartFailed(
                    "Cơ sở dữ liệu của đài chưa được nâng cấp. Hãy khởi động lại đài rồi thử lại.",
                    code="store.too-old",
                )
        yield store


def _has_lexicon(session: Session) -> bool:
    return inspect(session.connection()).has_table(LexiconEntry.__tablename__)


def _shown(entry: LexiconEntry, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "written": entry.written,
        "spoken": entry.spoken,
        "area": entry.area,
        "added_by": names[entry.added_by],
        "added_at": entry.added_at.isoformat(),
        "removed_by": None if entry.removed_by is None else names[entry.removed_by],
        "removed_at": None if entry.removed_at is None else entry.removed_at.isoformat(),
    }
