"""What `loa map` does on the station's own machine."""

from io import BytesIO
from pathlib import Path
from typing import Any

from controller.client.local_store import local_store, opened_store, person_named
from controller.clocks import utc_now
from controller.features.imports.bulletin_files import content_of
from controller.features.maps.outlines import edition_of, lacking, remove_outlines
from controller.features.maps.uploads import bring_outlines
from controller.model.limits import LARGEST_OUTLINES
from controller.model.local_time import ZONE
from controller.settings import Settings


def import_here(file: Path, field: str, *, as_name: str) -> dict[str, Any]:
    """Draw the map from a file's outlines; return what was taken and what it lacks."""
    name = "" if str(file) == "-" else file.name
    with local_store() as store:
        with store.read() as session:
            person = person_named(session, as_name)
        content = BytesIO(content_of(file, LARGEST_OUTLINES))
        prepared = bring_outlines(store, content, name=name, field=field, by=person, now=utc_now())
    drawn = prepared.drawn
    return {
        "outlines": len(drawn.shapes),
        "corners": drawn.corners,
        "tolerance_degrees": drawn.tolerance,
        "islands_left_out": drawn.left_out,
        "missing": list(prepared.missing),
    }


def remove_here(*, as_name: str) -> int:
    """Draw the map as a sketch again; return how many outlines were removed."""
    with local_store() as store, store.write() as session:
        return remove_outlines(session, by=person_named(session, as_name), now=utc_now())


def shown_here() -> dict[str, Any]:
    """Return what the map is drawn from."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            edition = edition_of(session)
            return {
                "outlines": 0 if edition is None else edition.count,
                "imported_at": None if edition is None else edition.imported_at.astimezone(ZONE).isoformat(),
                "missing": lacking(session),
            }
    finally:
        store.close()
