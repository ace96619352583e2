"""Outlines that are brought for the map: by the page, by a program, by a command."""

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
    """Draw the map from a file from now on; who may not, learns so before seconds of work.

    One at a time, since a fine one takes seconds and 100 MB. `field`: the property that holds the official
    code; empty: those that are usual. Raises BadInput, or Busy while another one is prepared.
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
