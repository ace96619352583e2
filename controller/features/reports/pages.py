"""Báo cáo: planned and heard by month, area, topic, act and bulletin; as table, chart and file."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit
from controller.features.reports.coverage import COLUMNS, GROUPS, Group, Table
from controller.features.reports.monthly import MOST_MONTHS, coverage
from controller.http.charts import bars
from controller.http.form_fields import AskedId, AskedWord
from controller.http.refusals import status_of
from controller.http.render import page
from controller.http.words import number
from controller.model.local_time import ZONE
from devices.ids import AreaCode

router = APIRouter(prefix="/bao-cao")
_CHOICES = 24
"""Months that the form offers: this year and the one before."""
_OFFERED = tuple(group for group in Group if group is not Group.TOTAL)
_SHARES = ("percent_of_nodes", "percent_of_minutes")


@router.get("")
def show(
    visit: SignedVisit,
    *,
    dia_ban: AskedId = "",
    thang: Annotated[str, Query(max_length=7)] = "",
    so_thang: Annotated[int, Query(ge=1, le=MOST_MONTHS)] = 1,
    theo: AskedWord = Group.AREA.value,
) -> Response:
    """Show a report."""
    scope, now = visit.scope, visit.now()
    area = AreaCode(dia_ban or scope.home)
    scope.check_seen([area])
    month = thang or f"{now.astimezone(ZONE):%Y-%m}"
    asked = {"dia_ban": area, "thang": month, "so_thang": so_thang, "theo": theo}
    context: dict[str, Any] = {
        "asked": asked,
        "query": f"area={area}&month={month}&months={so_thang}",
        "areas": [scope.by_code[code] for code in sorted(scope.seen)],
        "most_months": MOST_MONTHS,
        "month_choices": _months(month, now),
        "place": scope.name(area),
        "cell": cell_words,
    }
    try:
        group = next((one for one in _OFFERED if one == theo), Group.AREA)
        table = coverage(visit.store, area, month, so_thang, [group])
    except LoaError as error:
        context |= {"fault": error.sentence, "table": None}
        return page(visit.request, "bao_cao.html", context, status=status_of(error))
    return page(visit.request, "bao_cao.html", context | {"fault": "", "table": table} | _shown(table, group))


def _shown(table: Table, group: Group) -> dict[str, Any]:
    records = list(table.records())
    rows = [record for record in records if record["group"] == group]
    shares = [
        (str(r["name"]), float(r["percent_of_minutes"])) for r in rows if r["percent_of_minutes"] is not None
    ]
    return {
        "total": records[0],
        "rows": rows,
        "group": group,
        "group_word": GROUPS[group],
        "groups": [(one, GROUPS[one]) for one in _OFFERED],
        "columns": [(name, word) for name, word in COLUMNS.items() if name not in {"group", "code", "name"}],
        "bars": bars(shares),
    }


def _months(chosen: str, now: datetime) -> list[tuple[str, str]]:
    """Return the months to choose from, newest first, always including the chosen one."""
    local = now.astimezone(ZONE)
    numbers = [divmod(local.year * 12 + local.month - 1 - back, 12) for back in range(_CHOICES)]
    months = [(f"{year}-{month + 1:02}", f"Tháng {month + 1}/{year}") for year, month in numbers]
    return months if any(value == chosen for value, _ in months) else [(chosen, chosen), *months]


def cell_words(name: str, value: float | None) -> str:
    """Return a figure in Vietnamese format; a dash if nothing was planned."""
    if value is None:
        return "–"
    text = number(value, 0 if isinstance(value, int) else 1)
    return f"{text}%" if name in _SHARES else text
