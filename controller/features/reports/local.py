"""What `loa report` does: a report read from the station's own database, while it runs or not."""

import json

from controller.client.local_store import opened_store
from controller.features.reports.coverage import Table
from controller.features.reports.files import WRITERS, Form
from controller.features.reports.monthly import coverage
from controller.settings import Settings
from devices.ids import AreaCode


def report_here(area: str, month: str, months: int, form: Form) -> bytes:
    """Return the report of an area as a file's content."""
    store = opened_store(Settings())
    try:
        with store.read() as session:
            table = coverage(session, AreaCode(area), month, months)
    finally:
        store.close()
    return _json(table) if form is Form.JSON else WRITERS[form](table)


def _json(table: Table) -> bytes:
    told = {"title": table.title, "subtitle": table.subtitle, "rows": list(table.records())}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
