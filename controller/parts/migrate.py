"""`loa migrate`: changes the database for this release while an older one leads; docs/upgrade.md."""

import time
from collections.abc import Iterator
from contextlib import suppress

from controller.errors import Conflict, StartFailed, Unavailable
from controller.parts.station import check_parts
from controller.settings import Settings
from controller.store import Store
from controller.store.revisions import Schema
from controller.store.station_lease import leader_of


def migrate() -> Iterator[str]:
    """Run the steps that the database lacks, and yield what to tell the person; raises LoaError."""
    settings = Settings()
    check_parts(settings)
    store = Store(settings.database)
    try:
        yield from _migrated(store)
    finally:
        store.close()


def _migrated(store: Store) -> Iterator[str]:
    schema = store.schema()
    if schema is Schema.TOO_NEW:
        raise Unavailable(
            "Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình này. Hãy cập nhật chương trình.",
            code="store.too-new",
        )
    if schema is not Schema.OLD:
        yield "Cơ sở dữ liệu đã hợp với bản này, không phải làm gì."
        return
    broken_by = store.breaks_who_runs()
    if broken_by and _is_led(store):
        raise Conflict(
            f"Đài đang chạy là bản quá cũ: bước {broken_by} sẽ làm nó hỏng. Chưa có gì thay đổi. Hãy nâng "
            "qua bản ở giữa trước, hoặc dừng cả hai đài rồi làm lại.",
            code="migrate.too-far",
        )
    began = time.monotonic()
    for done in store.upgrade_beside():
        yield f"Xong bước {done} ({time.monotonic() - began:.1f} s).".replace(".", ",", 1)
    yield "Cơ sở dữ liệu đã hợp với bản này; đài đang chạy không bị động tới."


def _is_led(store: Store) -> bool:
    """Return whether a station leads; a database without the lease is empty, or of before any release."""
    with suppress(StartFailed), store.read() as session:
        return leader_of(session).is_there
    return False
