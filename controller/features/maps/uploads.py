"""Imports outlines for the map; used by the page, the API and the command."""

import threading
from datetime import datetime
from typing import BinaryIO

from controller.errors import BadInput, Busy
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.maps.outlines import (
    PreparedOutlines,
    communes_to_outline,
    keep_outlines,
    prepare_outlines,
)
from controller.model.limits import LARGEST_OUTLINES
from controller.model.permissions import Act, Operator
from controller.store import Store

_preparing = threading.Lock()


def bring_outlines(
    store: Store, source: BinaryIO | None, *, name: str, field: str = "", by: Operator, now: datetime
) -> PreparedOutlines:
    """Import outlines from a file; the permission is checked before the seconds of work.

    One import at a time, because a detailed file takes seconds and 100 MB. `field`: the property with the
    official code; empty: the usual names. Raises BadInput, or Busy during another import.
    """
    with store.read() as session:
        require(session, by, Act.RULE, top_area(session).code)
        communes = communes_to_outline(session)
    if source is None:
        raise BadInput("Hãy chọn một tệp GeoJSON rồi gửi lại.", code="map.nothing")
    if not _preparing.acquire(blocking=False):
        raise Busy("Đang nhập một tệp ranh giới khác. Hãy đợi một phút rồi thử lại.", code="map.busy")
    try:
        prepared = prepare_outlines(source.read(LARGEST_OUTLINES + 1), communes, file=name, field=field)
    finally:
        _preparing.release()
    with store.write() as session:
        keep_outlines(session, prepared, by=by, now=now)
    return prepared
