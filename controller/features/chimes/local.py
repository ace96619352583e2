"""Chimes as commands on the station's own machine see them (`loa chime`)."""

from pathlib import Path
from typing import Any

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.features.accounts.queries import operators
from controller.features.areas.queries import areas, top_area
from controller.features.chimes.queries import chimes_of, live_chime, unknown_chime
from controller.features.chimes.service import place_named, remove_chime
from controller.features.chimes.uploads import bring_chime
from controller.features.imports.bulletin_files import opened
from controller.settings import Settings
from devices.ids import AreaCode
from tts.uploads import UploadStore


def chimes_here() -> list[dict[str, Any]]:
    """Return the chimes that are heard anywhere in the province, with the names of who chose them."""
    with local_store() as store, store.read() as session:
        names = {account.id: account.name for account in operators(session)}
        return [
            {
                "id": one.id,
                "area": one.area,
                "place": one.place,
                "seconds": one.seconds,
                "sha256": one.upload,
                "added_by": names[one.added_by],
                "added_at": one.added_at.isoformat(),
            }
            for one in chimes_of(session, [area.code for area in areas(session)])
        ]


def choose_here(file: Path, place: str, *, area: str | None, as_name: str) -> float:
    """Have the sound of a file open or close an area's recordings; return its length in seconds."""
    with local_store() as store:
        with store.read() as session:
            code = top_area(session).code if area is None else AreaCode(area)
            person = person_named(session, as_name)
        with opened(file) as source:
            uploads = UploadStore(Settings().uploads_dir)
            chosen = place_named(place)
            return bring_chime(store, uploads, source, chosen, area=code, by=person, now=utc_now()).seconds


def remove_here(place: str, *, area: str | None, as_name: str) -> None:
    """Go back to the chime from above, or the built-in one; raises NotFound where none was chosen."""
    with local_store() as store, store.write() as session:
        code = top_area(session).code if area is None else AreaCode(area)
        row = live_chime(session, code, place_named(place))
        if row is None:
            raise unknown_chime()
        remove_chime(session, row.id, by=person_named(session, as_name), now=utc_now())
