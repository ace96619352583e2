"""Reports and the as-aired log: JSON, and files for Excel and paper."""

from typing import Annotated, Any

from fastapi import Query, Response

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.viewer import Viewer
from controller.features.reports.coverage import Cell, Table
from controller.features.reports.files import MEDIA, WRITERS, as_csv
from controller.features.reports.forms import Form
from controller.features.reports.monthly import MOST_MONTHS, coverage, span
from controller.features.reports.queries import aired_at_most
from controller.features.reports.schemas import AiredShown, CoverageShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Code
from devices.ids import AreaCode

router = json_router(tags=["reports"])
_MOST = 10_000
"""Entries of one answer: more than a commune has in a month; for larger areas there is CSV."""
_MOST_LINES = 200_000
"""Lines of one file: Excel opens a million, this process holds them in memory."""

Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="As it is counted in Vietnam: `2026-11`.")]
Months = Annotated[int, Query(ge=1, le=MOST_MONTHS)]
AREA = Annotated[Code, Query(description="With all areas below it.")]
_READING = refusals(401, 404, 422)
_AIRED = {
    "airing": "Lượt phát",
    "node": "Cụm loa",
    "area": "Địa bàn",
    "title": "Bản tin",
    "topic_name": "Chủ đề",
    "legal_act": "Văn bản pháp luật",
    "grade": "Mức",
    "state": "Trạng thái",
    "planned_at": "Giờ dự kiến",
    "planned_ms": "Dài (ms)",
    "fetched_at": "Tải xong lúc",
    "started_at": "Bắt đầu lúc",
    "finished_at": "Phát xong lúc",
    "heard_ms": "Đã phát (ms)",
    "reason": "Lý do",
    "noted_at": "Ghi sổ lúc",
}


def _file(form: Form, what: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": what, "content": {MEDIA[form].partition(";")[0]: {}}}} | _READING


@router.get("/reports/coverage", responses=_READING)
def report(visit: SignedVisit, area: AREA, month: Month, months: Months = 1) -> CoverageShown:
    """Return how much of the planned airings was heard: total, by month, area, topic, act and bulletin."""
    table = _table(visit, area, month, months)
    return CoverageShown.model_validate(
        {"title": table.title, "subtitle": table.subtitle, "rows": list(table.records())}
    )


@router.get("/reports/coverage.csv", response_class=Response, responses=_file(Form.CSV, "For Excel."))
def report_csv(visit: SignedVisit, area: AREA, month: Month, months: Months = 1) -> Response:
    """Return the same rows as CSV (UTF-8 with a byte order mark for Excel)."""
    return _written(Form.CSV, _table(visit, area, month, months), area, month)


@router.get("/reports/coverage.xlsx", response_class=Response, responses=_file(Form.XLSX, "Excel."))
def report_xlsx(visit: SignedVisit, area: AREA, month: Month, months: Months = 1) -> Response:
    """Return the same rows as an Excel workbook."""
    return _written(Form.XLSX, _table(visit, area, month, months), area, month)


@router.get("/reports/coverage.pdf", response_class=Response, responses=_file(Form.PDF, "On paper."))
def report_pdf(visit: SignedVisit, area: AREA, month: Month, months: Months = 1) -> Response:
    """Return the same rows as a PDF."""
    return _written(Form.PDF, _table(visit, area, month, months), area, month)


@router.get("/reports/as-aired", responses=_READING)
def as_aired(visit: SignedVisit, area: AREA, month: Month) -> list[AiredShown]:
    """Return the as-aired entries of a month for each node and airing, by start; refused if over 10,000."""
    found = aired_at_most(visit.store, _seen(visit.viewer, area), *span(month), _MOST)
    return [AiredShown.of(one) for one in found]


@router.get("/reports/as-aired.csv", response_class=Response, responses=_file(Form.CSV, "For Excel."))
def as_aired_csv(visit: SignedVisit, area: AREA, month: Month) -> Response:
    """Return the same entries as CSV; refused if there are over 200,000."""
    found = aired_at_most(visit.store, _seen(visit.viewer, area), *span(month), _MOST_LINES)
    rows = ([_cell(getattr(one, name)) for name in _AIRED] for one in found)
    return _download(Form.CSV, as_csv(list(_AIRED.values()), rows), f"so-phat-thanh-{area}-{month}")


def _table(visit: Visit, area: str, month: str, months: int) -> Table:
    visit.scope.check_seen([area])
    return coverage(visit.store, AreaCode(area), month, months)


def _seen(viewer: Viewer, area: str) -> frozenset[AreaCode]:
    """Return the area with all below it; raise NotFound for an area that the person may not see."""
    viewer.scope.check_seen([area])
    return viewer.scope.tree.below([AreaCode(area)])


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, int | float | str):
        return value
    return str(value.isoformat())


def _written(form: Form, table: Table, area: str, month: str) -> Response:
    return _download(form, WRITERS[form](table), f"bao-cao-{area}-{month}")


def _download(form: Form, content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=MEDIA[form], headers=headers)
